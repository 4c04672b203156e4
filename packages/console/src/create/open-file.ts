/** What the readers take; they are loaded later than this. */
const maxFileBytes = 1024 * 1024

/** What is needed of a file that a person chose or dropped. */
export interface ChosenFile {
  name: string
  size: number
  text(): Promise<string>
}

export type OpenedFile = { name: string; text: string } | { refusal: string }

/** Reads a file unless it is longer than any reader would take: nothing is loaded of it then. */
export async function openFile(file: ChosenFile): Promise<OpenedFile> {
  if (file.size > maxFileBytes)
    return { refusal: `${file.name} is larger than 1 MiB. Put data into a volume or an image.` }
  return { name: file.name, text: await file.text() }
}
