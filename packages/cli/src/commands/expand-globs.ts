import { SubletError } from '@sublet/protocol'
import { glob } from 'tinyglobby'

const magic = /[*?[\]{}]/

/** Files named or matched, each once, in the order given. A glob without a match is an error, as a wrong name is. */
export async function expandGlobs(patterns: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const pattern of patterns) {
    if (!magic.test(pattern)) {
      files.push(pattern)
      continue
    }
    const matched = (await glob(pattern, { onlyFiles: true })).sort()
    if (matched.length === 0) {
      throw new SubletError('workload.unreadable', `No file matches ${pattern}.`, {
        hint: 'Check the pattern.',
      })
    }
    files.push(...matched)
  }
  return [...new Set(files)]
}
