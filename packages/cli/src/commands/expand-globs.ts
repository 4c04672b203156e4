import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { glob } from 'tinyglobby'

/** What makes a name a pattern. */
export const magic = /[*?[\]{}]/

/** Files named or matched, each once, in the order given. A pattern that matches nothing stands for itself, as in a shell. */
export async function expandGlobs(patterns: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const pattern of patterns) {
    // A file may have a pattern for its name.
    const isFile = magic.test(pattern) && (await stat(pattern).catch(() => undefined))?.isFile() === true
    const matched =
      magic.test(pattern) && !isFile
        ? (await glob(pattern, { onlyFiles: true, absolute: isAbsolute(pattern) })).sort()
        : []
    if (matched.length === 0) files.push(pattern)
    else files.push(...matched)
  }
  return [...new Set(files)]
}
