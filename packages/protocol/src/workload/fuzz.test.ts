import { expect, test } from 'vitest'
import { readingProblem } from './testing/check-reading.ts'
import { mutate, seededRandom } from './testing/mutate.ts'
import { seedFiles } from './testing/seed-files.ts'

test('the files that are mutated are good ones', () => {
  for (const text of seedFiles) expect(readingProblem(text)).toBeUndefined()
})

test('ten thousand broken files are read or refused with a reason', { timeout: 120_000 }, () => {
  const random = seededRandom(1)
  for (let count = 0; count < 10_000; count += 1) {
    const text = mutate(seedFiles, random)
    let problem: string | undefined
    try {
      problem = readingProblem(text)
    } catch (error) {
      problem = `crashed: ${error instanceof Error ? error.stack : String(error)}`
    }
    if (problem !== undefined) expect.fail(`${problem}\n---\n${text.slice(0, 4000)}`)
  }
})
