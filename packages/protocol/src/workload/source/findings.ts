import type { Finding } from '../finding.ts'
import { createPlaceFinder, type Path, type Place } from './places.ts'

export interface FindingDetails {
  expected?: string | undefined
  /** What to write instead. */
  mend?: string | undefined
  /** Which end of the path to point at: its `value` unless said otherwise. */
  at?: 'key' | 'value' | undefined
}

/** Past this many, more findings help nobody. */
const maxFindings = 200

/** Gathers what is wrong in one file. Line and column are looked up when they are read, not before. */
export class Findings {
  readonly list: Finding[] = []
  readonly #file: string
  readonly #text: string
  #find: ((path: Path, at: 'key' | 'value') => Place) | undefined
  #hasErrors = false

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  get hasErrors(): boolean {
    return this.#hasErrors
  }

  /** No more are kept, so looking for a mend is wasted work. */
  get isFull(): boolean {
    return this.list.length >= maxFindings
  }

  /** The workload cannot be run as written. `code` is stable; `message` never repeats a secret's value. */
  error(path: Path, code: string, message: string, details: FindingDetails = {}): void {
    this.#hasErrors = true
    this.#add('error', path, code, message, details)
  }

  /** The workload runs, but perhaps not as its author thinks. */
  warn(path: Path, code: string, message: string, details: FindingDetails = {}): void {
    this.#add('warning', path, code, message, details)
  }

  /** An error whose place is known already, such as one of the YAML parser's. */
  errorAt(place: Place, code: string, message: string, details: Omit<FindingDetails, 'at'> = {}): void {
    this.#hasErrors = true
    this.#push('error', [], code, message, details, () => place)
  }

  #add(
    severity: Finding['severity'],
    path: Path,
    code: string,
    message: string,
    details: FindingDetails,
  ): void {
    const at = details.at ?? 'value'
    this.#push(severity, path, code, message, details, () => {
      this.#find ??= createPlaceFinder(this.#text)
      return this.#find(path, at)
    })
  }

  #push(
    severity: Finding['severity'],
    path: Path,
    code: string,
    message: string,
    { expected, mend }: FindingDetails,
    find: () => Place,
  ): void {
    if (this.list.length >= maxFindings) return
    const file = this.#file
    let place: Place | undefined
    const placed = () => {
      place ??= find()
      return place
    }
    this.list.push({
      severity,
      code,
      message,
      path,
      file,
      get line() {
        return placed().line
      },
      get column() {
        return placed().column
      },
      ...(expected === undefined ? {} : { expected }),
      ...(mend === undefined ? {} : { mend }),
    })
  }
}
