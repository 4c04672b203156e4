import type pico from 'picocolors'

type Paint = ReturnType<typeof pico.createColors>
type Tone = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold'
/** A piece of a line, so that its width is known before it is coloured. */
export type Piece = string | readonly [text: string, tone: Tone]
export type Line = readonly Piece[]

export interface Section {
  title: string
  lines: Line[]
  /** The last lines count most, as in a journal. */
  keepsEnd?: boolean
}

/**
 * Gives each section its share of the rows: a blank, a title and at least one line each, from the top; then line by line
 * to whichever still has some to show, so that short sections are whole and long ones share what is left.
 */
export function fitSections(sections: readonly Section[], rows: number): Line[] {
  const shown: number[] = []
  let left = rows
  for (const _ of sections) {
    shown.push(left >= 3 ? 1 : 0)
    left -= left >= 3 ? 3 : 0
  }
  for (let gave = true; gave && left > 0; ) {
    gave = false
    for (const [index, { lines }] of sections.entries()) {
      const count = shown[index] ?? 0
      if (count === 0 || count >= lines.length || left === 0) continue
      shown[index] = count + 1
      left -= 1
      gave = true
    }
  }
  return sections.flatMap((section, index) => {
    const count = shown[index] ?? 0
    if (count === 0) return []
    const { title, lines, keepsEnd = false } = section
    const hidden = lines.length - count
    const more: Piece = [hidden === 0 || keepsEnd ? '' : `  and ${hidden} more`, 'dim']
    const some = keepsEnd ? lines.slice(-count) : lines.slice(0, count)
    return [[], [[` ${title}`, 'dim'], more], ...some.map((line): Line => [' ', ...line])] as Line[]
  })
}

const textOf = (piece: Piece): string => (typeof piece === 'string' ? piece : piece[0])
export const widthOf = (line: Line): number => line.reduce((sum, piece) => sum + [...textOf(piece)].length, 0)

/** Coloured and cut at the right edge, with an ellipsis where something is lost. Control characters do not get through. */
export function paintLine(line: Line, columns: number, paint: Paint): string {
  let left = columns
  const cut = widthOf(line) > columns
  let out = ''
  for (const piece of line) {
    const room = cut ? left - 1 : left
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a lease says must not move the cursor
    const letters = [...textOf(piece).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')]
    const text = letters.slice(0, Math.max(0, room)).join('')
    left -= letters.length
    if (text !== '') out += typeof piece === 'string' ? text : paint[piece[1]](text)
  }
  return cut && columns > 0 ? `${out}…` : out
}

const barWidth = 8
export function bar(used: number, total: number): string {
  const full = total === 0 ? 0 : Math.min(barWidth, Math.ceil((used / total) * barWidth))
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}

export const shortHex = (hex: string) => `${hex.slice(0, 6)}…${hex.slice(-4)}`

export function pad(text: string, width: number): string {
  const letters = [...text]
  return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : text.padEnd(width)
}

export const padStart = (text: string, width: number) => text.padStart(width)

/** The time of the reader's day, on a screen and in a log that is read as it grows; `events` want its milliseconds. */
export function clockOf(atMs: number, to: 's' | 'ms' = 's'): string {
  const at = new Date(atMs)
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return to === 's' ? clock : `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
