import type { Measured } from './measured.ts'
import { type BenchRow, type BenchRows, isLeftOut, type LeftOut } from './row.ts'

export interface BenchRun {
  /** Everything that was measured, in order. */
  rows: BenchRow[]
  /** Rows of the benches that ran whole: only those may stand for a bench. */
  whole: Measured
  leftOut: LeftOut[]
  failed: { name: string; error: unknown }[]
}

/** Runs benches one after another. One that fails takes nothing from the others. */
export async function runBenches<Name extends string>(
  names: readonly Name[],
  benches: Readonly<Record<Name, () => Promise<BenchRows>>>,
  /** Told at once: a later bench may take minutes, or fail. */
  told: { onStart(name: Name): void; onRow(row: BenchRow): void },
): Promise<BenchRun> {
  const run: BenchRun = { rows: [], whole: {}, leftOut: [], failed: [] }
  for (const name of names) {
    told.onStart(name)
    const rows: BenchRow[] = []
    const leftOut: LeftOut[] = []
    try {
      for await (const given of await benches[name]()) {
        if (isLeftOut(given)) leftOut.push(given)
        else {
          rows.push(given)
          told.onRow(given)
        }
      }
      if (leftOut.length === 0) run.whole[name] = rows
    } catch (error) {
      run.failed.push({ name, error })
    }
    run.rows.push(...rows)
    run.leftOut.push(...leftOut)
  }
  return run
}

/** A figure that was missed or a bench that failed is an error; what cannot be had here is one only where all must be there. */
export function exitCodeOf(
  { rows, leftOut, failed }: BenchRun,
  { mustHaveAll }: { mustHaveAll: boolean },
): 0 | 1 {
  const isGood = failed.length === 0 && rows.every(({ ok }) => ok) && (leftOut.length === 0 || !mustHaveAll)
  return isGood ? 0 : 1
}
