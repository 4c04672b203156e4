import { own } from '../source/records.ts'

export interface VariableScope {
  values: Readonly<Record<string, string>>
  /** Told of a variable that is not set and has no default; it stands for nothing. */
  unset?: ((name: string) => void) | undefined
  /** Told of a variable whose value went into the text. */
  used?: ((name: string) => void) | undefined
}

/** Why a text cannot be interpolated. */
export interface VariableProblem {
  kind: 'syntax' | 'required'
  /** A sentence's end. */
  message: string
  name?: string | undefined
}

export type VariableResult = { text: string } | { problem: VariableProblem }

const maxNesting = 16
const maxLength = 1_000_000
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const operators = [':-', ':?', ':+', '-', '?', '+'] as const

class Refused extends Error {
  readonly problem: VariableProblem

  constructor(problem: VariableProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/**
 * Fills in `$NAME`, `${NAME}` and their forms with defaults (`:-`, `-`), demands (`:?`, `?`) and replacements (`:+`,
 * `+`), which may nest; `$$` is a dollar sign.
 */
export function fillVariables(text: string, scope: VariableScope): VariableResult {
  if (!text.includes('$')) return { text }
  try {
    const reader: Reader = { text, at: 0, scope }
    return { text: readText(reader, 0, false) }
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem }
    throw error
  }
}

interface Reader {
  text: string
  at: number
  scope: VariableScope
}

/** Up to the end, or to the brace that closes the expression it stands in. */
function readText(reader: Reader, depth: number, inside: boolean, silent = false): string {
  if (depth > maxNesting)
    throw new Refused({ kind: 'syntax', message: `nests variables deeper than ${maxNesting}` })
  const { text } = reader
  const parts: string[] = []
  let length = 0
  while (reader.at < text.length) {
    const character = text[reader.at] ?? ''
    if (inside && character === '}') break
    const part = character === '$' ? readDollar(reader, depth, silent) : readPlain(reader, inside)
    length += part.length
    if (length > maxLength) throw new Refused({ kind: 'syntax', message: 'grows past a million characters' })
    parts.push(part)
  }
  return parts.join('')
}

function readPlain(reader: Reader, inside: boolean): string {
  const stop = inside ? /[$}]/g : /\$/g
  stop.lastIndex = reader.at
  const end = stop.exec(reader.text)?.index ?? reader.text.length
  const part = reader.text.slice(reader.at, end)
  reader.at = end
  return part
}

function readDollar(reader: Reader, depth: number, silent: boolean): string {
  const { text } = reader
  const next = text[reader.at + 1]
  if (next === '$') {
    reader.at += 2
    return '$'
  }
  if (next === '{') return readBraced(reader, depth, silent)
  const plain = readName(reader, reader.at + 1)
  if (plain === undefined)
    throw new Refused({ kind: 'syntax', message: 'has a dollar sign that begins no variable' })
  return lookUp(reader, plain, silent) ?? ''
}

function readName(reader: Reader, from: number): string | undefined {
  name.lastIndex = from
  const found = name.exec(reader.text)?.[0]
  if (found !== undefined) reader.at = from + found.length
  return found
}

function readBraced(reader: Reader, depth: number, silent: boolean): string {
  const variable = readName(reader, reader.at + 2)
  if (variable === undefined) throw new Refused({ kind: 'syntax', message: 'has a `${` without a name' })
  const operator = operators.find((sign) => reader.text.startsWith(sign, reader.at))
  const given = own(reader.scope.values, variable)
  if (operator === undefined) {
    close(reader)
    return lookUp(reader, variable, silent) ?? ''
  }
  reader.at += operator.length
  const counts = given !== undefined && (operator.length === 1 || given !== '')
  const used = operator.endsWith('+') ? counts : !counts
  // The part that is not used is read for its end, not for its variables.
  const rest = readText(reader, depth + 1, true, silent || !used)
  close(reader)
  if (operator.endsWith('+')) return counts ? rest : ''
  if (counts) {
    if (!silent) reader.scope.used?.(variable)
    return given
  }
  if (operator.endsWith('-')) return rest
  if (silent) return ''
  throw new Refused({
    kind: 'required',
    name: variable,
    message: rest === '' ? 'must be set' : `must be set: ${rest.slice(0, 200)}`,
  })
}

function close(reader: Reader): void {
  if (reader.text[reader.at] !== '}')
    throw new Refused({ kind: 'syntax', message: 'has a `${` that is not closed' })
  reader.at += 1
}

function lookUp(reader: Reader, variable: string, silent: boolean): string | undefined {
  const value = own(reader.scope.values, variable)
  if (silent) return value
  if (value === undefined) reader.scope.unset?.(variable)
  else reader.scope.used?.(variable)
  return value
}
