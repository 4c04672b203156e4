import type { LineJoiner } from './line-joiner.ts'

/** Takes in one line of a log file, without its newline. */
export type EntryReader = (buffer: Buffer, start: number, end: number, lines: LineJoiner) => void

/** How whoever writes a log's files puts down what was said. */
export interface EntryFormat {
  /** Reads entries in the order in which they were written. */
  reader(): EntryReader
  /** Lines are split into pieces of so many bytes. */
  leastPieceBytes?: number
}
