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
  #relocate: ((path: Path) => Path | undefined) | undefined
  #errors = 0
  #dropped = 0

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  get hasErrors(): boolean {
    return this.#errors > 0
  }

  /**
   * What was found, as it is told: where something is wrong in the order of the file, and with a word of what there was
   * no room for.
   */
  told(): readonly Finding[] {
    if (!this.hasErrors) return this.list
    const sorted = [...this.list].sort((a, b) => a.line - b.line || a.column - b.column)
    const [last] = sorted.slice(-1)
    if (last === undefined || this.#dropped === 0) return sorted
    const { file, line, column } = last
    const message = `There is more to say than this, at least ${this.#dropped} more.`
    const mend = 'mend these first'
    return [...sorted, { severity: 'error', code: 'file.more', message, path: [], file, line, column, mend }]
  }

  /** Whether an error was found at just this place. */
  isTold(path: Path): boolean {
    const id = path.join('\n')
    return this.list.some((finding) => finding.severity === 'error' && finding.path.join('\n') === id)
  }

  /** No more errors are kept, so looking for a mend is wasted work. */
  get isFull(): boolean {
    return this.#errors > maxFindings
  }

  /** From now on paths are of a remainder of the file: told where they stand in the file, or not at all. */
  relocate(placeInFile: (path: Path) => Path | undefined): void {
    this.#relocate = placeInFile
  }

  /** The workload cannot be run as written. `code` is stable; `message` never repeats a secret's value. */
  error(path: Path, code: string, message: string, details: FindingDetails = {}): void {
    this.#errors += 1
    this.#add('error', path, code, message, details)
  }

  /** The workload runs, but perhaps not as its author thinks. */
  warn(path: Path, code: string, message: string, details: FindingDetails = {}): void {
    this.#add('warning', path, code, message, details)
  }

  /** An error whose place is known already, such as one of the YAML parser's. */
  errorAt(place: Place, code: string, message: string, details: Omit<FindingDetails, 'at'> = {}): void {
    this.#errors += 1
    this.#push('error', [], code, message, details, () => place)
  }

  /** An error is worth more than a warning. */
  #makeRoomFor(severity: Finding['severity']): boolean {
    if (severity !== 'error' || this.isFull) return false
    const last = this.list.findLastIndex((finding) => finding.severity === 'warning')
    if (last >= 0) this.list.splice(last, 1)
    return last >= 0
  }

  #add(
    severity: Finding['severity'],
    given: Path,
    code: string,
    message: string,
    details: FindingDetails,
  ): void {
    const path = this.#relocate === undefined ? given : this.#relocate(given)
    if (path === undefined) return
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
    if (this.list.length >= maxFindings && !this.#makeRoomFor(severity)) {
      this.#dropped += 1
      return
    }
    const place = new LatePlace(find)
    const finding: Finding = {
      severity,
      code,
      message,
      path,
      file: this.#file,
      get line() {
        return place.found.line
      },
      get column() {
        return place.found.column
      },
    }
    if (expected !== undefined) finding.expected = expected
    if (mend !== undefined) finding.mend = mend
    this.list.push(finding)
  }
}

/** Looked up when first asked for, and once. */
class LatePlace {
  readonly #find: () => Place
  #found: Place | undefined

  constructor(find: () => Place) {
    this.#find = find
  }

  get found(): Place {
    this.#found ??= this.#find()
    return this.#found
  }
}
