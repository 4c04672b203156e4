import fc from 'fast-check'
import { mutate, seededRandom } from './mutate.ts'
import { splice, splices } from './splice.ts'

/** Drawn together, as drawing one by one costs more than the drawing itself. */
const drawnAtOnce = 1_000

/** Files broken in both ways in turn, without end and the same for the same seed. */
export function* brokenFiles(files: readonly string[], seed: number): Generator<string, never> {
  const random = seededRandom(seed)
  const spliced = fc.tuple(fc.constantFrom(...files), splices)
  for (;;) {
    const drawn = fc.sample(spliced, { numRuns: drawnAtOnce, seed: Math.floor(random() * 2 ** 31) })
    for (const [file, some] of drawn) {
      yield mutate(files, random)
      yield some.reduce(splice, file)
    }
  }
}
