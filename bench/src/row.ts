/** One line of a bench table: what we do, what the peer or floor does in the same run, and what we aim for. */
export interface BenchRow {
  figure: string
  /** With its unit, such as `212 ms`. */
  ours: string
  /** Peer or floor, with its name and unit; `–` where there is none. */
  peer: string
  /** Ours against the peer, such as `1.04×`; `–` where there is none. */
  ratio: string
  /** Such as `≤ 150 ms more`; `–` where nothing is aimed for, and then `ok` is true. */
  target: string
  ok: boolean
}

/** Figures that cannot be had on this machine. */
export interface LeftOut {
  leftOut: string
  /** What is missing, and where to get it. */
  because: string
}

/** What a bench gives, as it comes. */
export type BenchRows = AsyncGenerator<BenchRow | LeftOut, void>

export const isLeftOut = (given: BenchRow | LeftOut): given is LeftOut => 'leftOut' in given

/** The value below which a share of the samples lies; 0.5 is the median. Throws RangeError on an empty list. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new RangeError('no samples')
  return value
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5)
