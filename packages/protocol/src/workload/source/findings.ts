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

/** One thing that was found, before anyone asked where it stands. */
interface Note {
  severity: Finding['severity']
  code: string
  message: string
  path: Path
  details: FindingDetails
  /** Where that is known without looking for the path. */
  place: Place | undefined
}

const noDetails: FindingDetails = {}

/**
 * Gathers what is wrong in one file. What only informs may wait until somebody asks, and so may every line and column:
 * finding them takes a second look at the text.
 */
export class Findings {
  readonly #file: string
  readonly #text: string
  readonly #notes: Note[] = []
  #postponed: (() => void)[] = []
  #told: readonly Finding[] | undefined
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

  /** Whether nothing was found so far, leaving out what was postponed. */
  get isEmpty(): boolean {
    return this.#notes.length === 0
  }

  /** Leaves a look for warnings, which changes nothing about whether the file is read, until somebody asks for them. */
  postpone(look: () => void): void {
    this.#postponed.push(look)
  }

  /** Everything that was found, in the order of the file, and with a word of what there was no room for. */
  told(): readonly Finding[] {
    const looks = this.#postponed
    this.#postponed = []
    // They look at the file itself.
    if (looks.length > 0) this.#relocate = undefined
    for (const look of looks) look()
    this.#told ??= this.#tell()
    return this.#told
  }

  #tell(): readonly Finding[] {
    const find = createPlaceFinder(this.#text)
    const list = this.#notes.map((note) => findingOf(this.#file, note, find))
    list.sort((a, b) => a.line - b.line || a.column - b.column)
    // What an alias repeats is found as often and stands in one place.
    const said = new Set<string>()
    const distinct = list.filter(({ line, column, code, message }) => {
      const id = `${line}:${column} ${code} ${message}`
      return !said.has(id) && said.add(id)
    })
    return this.#withDropped(distinct)
  }

  #withDropped(list: Finding[]): readonly Finding[] {
    const last = list.at(-1)
    if (last !== undefined && this.#dropped > 0) {
      const { file, line, column } = last
      const severity = this.hasErrors ? 'error' : 'warning'
      const message = `There is more to say than this, at least ${this.#dropped} more.`
      const mend = 'mend these first'
      list.push({ severity, code: 'file.more', message, path: [], file, line, column, mend })
    }
    return list
  }

  /** Whether an error was found at just this place. */
  isTold(path: Path): boolean {
    const id = path.join('\n')
    return this.#notes.some((note) => note.severity === 'error' && note.path.join('\n') === id)
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
  error(path: Path, code: string, message: string, details = noDetails): void {
    this.#errors += 1
    this.#add('error', path, code, message, details)
  }

  /** The workload runs, but perhaps not as its author thinks. */
  warn(path: Path, code: string, message: string, details = noDetails): void {
    this.#add('warning', path, code, message, details)
  }

  /** An error whose place is known already, such as one of the YAML parser's. */
  errorAt(
    place: Place,
    code: string,
    message: string,
    details: Omit<FindingDetails, 'at'> = noDetails,
  ): void {
    this.#errors += 1
    this.#keep({ severity: 'error', code, message, path: [], details, place })
  }

  #add(
    severity: Finding['severity'],
    given: Path,
    code: string,
    message: string,
    details: FindingDetails,
  ): void {
    const path = this.#relocate === undefined ? given : this.#relocate(given)
    if (path !== undefined) this.#keep({ severity, code, message, path, details, place: undefined })
  }

  #keep(note: Note): void {
    if (this.#notes.length >= maxFindings && !this.#makeRoomFor(note.severity)) {
      this.#dropped += 1
      return
    }
    this.#notes.push(note)
    this.#told = undefined
  }

  /** An error is worth more than a warning. */
  #makeRoomFor(severity: Finding['severity']): boolean {
    if (severity !== 'error' || this.isFull) return false
    const last = this.#notes.findLastIndex((note) => note.severity === 'warning')
    if (last >= 0) this.#notes.splice(last, 1)
    return last >= 0
  }
}

function findingOf(file: string, note: Note, find: ReturnType<typeof createPlaceFinder>): Finding {
  const { severity, code, message, path, details } = note
  const { expected, mend, at = 'value' } = details
  const { line, column } = note.place ?? find(path, at)
  return {
    severity,
    code,
    message,
    path,
    file,
    line,
    column,
    ...(expected === undefined ? {} : { expected }),
    ...(mend === undefined ? {} : { mend }),
  }
}
