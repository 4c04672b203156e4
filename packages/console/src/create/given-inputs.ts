/** What a file takes from around it, as far as a person has given it. */
export interface GivenInputs {
  /** Texts of files beside it, by the name that it has for them. */
  files: Readonly<Record<string, string>>
  /** Variables that it names. */
  env: Readonly<Record<string, string>>
}

export const nothingGiven: GivenInputs = { files: {}, env: {} }
