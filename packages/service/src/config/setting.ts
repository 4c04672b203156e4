export type SettingType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object'

/** `databaseUrl` is `SUBLET_DATABASE_URL`. */
export function environmentName(setting: string): string {
  return `SUBLET_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** `databaseUrl` is `--database-url`. */
export function flagName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
}

/** What a text stands for; a text that stands for nothing of the type comes back as it is, for the schema to refuse. */
export function fromText(text: string, type: SettingType): unknown {
  switch (type) {
    case 'number':
    case 'integer':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
    case 'boolean':
      return Object.hasOwn(booleans, text.toLowerCase()) ? booleans[text.toLowerCase()] : text
    case 'array':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    case 'object':
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
    case 'string':
      return text
  }
}
