import { expect, test } from 'vitest'
import { readWorkload } from './read-workload.ts'
import { brokenFiles } from './testing/broken-files.ts'
import { readingProblem } from './testing/check-reading.ts'
import { mutate, seededRandom } from './testing/mutate.ts'
import { seedFiles, seedInputs } from './testing/seed-files.ts'

test('the files that are mutated are good ones', () => {
  for (const text of seedFiles) {
    expect(readWorkload(text, { file: 'seed', ...seedInputs }).workload).toBeDefined()
    expect(readingProblem(text, seedInputs)).toBeUndefined()
  }
})

test('ten thousand broken files are read or refused with a reason', { timeout: 120_000 }, () => {
  const broken = brokenFiles(seedFiles, 1)
  for (let count = 0; count < 10_000; count += 1) {
    const text = broken.next().value
    const problem = problemOf(text, seedInputs)
    if (problem !== undefined) expect.fail(`${problem}\n---\n${text.slice(0, 4000)}`)
  }
})

test('so are files whose variables come from broken ones', { timeout: 120_000 }, () => {
  const random = seededRandom(2)
  const compose = seedFiles.at(-1) ?? ''
  const seeds = Object.values(seedInputs.files)
  for (let count = 0; count < 2_000; count += 1) {
    const files = { '.env': mutate(seeds, random), 'app.env': mutate(seeds, random) }
    const problem = problemOf(compose, { ...seedInputs, files })
    if (problem !== undefined) expect.fail(`${problem}\n---\n${JSON.stringify(files).slice(0, 4000)}`)
  }
})

function problemOf(text: string, inputs: Parameters<typeof readingProblem>[1]): string | undefined {
  try {
    return readingProblem(text, inputs)
  } catch (error) {
    return `crashed: ${error instanceof Error ? error.stack : String(error)}`
  }
}
