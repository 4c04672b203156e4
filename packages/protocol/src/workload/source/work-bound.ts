/**
 * What a text may hold before anything parses it, in marks: an escape or quote is one, a percent sign two, a line, comma or bracket four,
 * an entry (`- `, `: `) eight, an anchor, alias or tag sixteen. A parser spends its time on these, hardly any on plain
 * text. So 12,500 entries pass, or 25,000 lines of text.
 */
export const maxMarks = 100_000

const heaviest = 16

/** Where a text passes `maxMarks`; undefined if it does not. One look at each character. */
export function markExcess(text: string): number | undefined {
  if (text.length * heaviest <= maxMarks) return undefined
  let marks = 0
  for (let at = 0; at < text.length; at += 1) {
    const weight = weightOf(text.charCodeAt(at))
    if (weight === 0 || (weight === entry && !isBlank(text.charCodeAt(at + 1)))) continue
    marks += weight
    if (marks > maxMarks) return at
  }
  return undefined
}

const entry = 8

function weightOf(character: number): number {
  switch (character) {
    case 0x22: // "
    case 0x27: // '
    case 0x5c: // \
      return 1
    case 0x25: // %
      return 2
    case 0x0a: // line feed
    case 0x0d: // carriage return
    case 0x2c: // ,
    case 0x5b: // [
    case 0x5d: // ]
    case 0x7b: // {
    case 0x7d: // }
      return 4
    case 0x2d: // -
    case 0x3a: // :
    case 0x3f: // ?
      return entry
    case 0x21: // !
    case 0x26: // &
    case 0x2a: // *
      return heaviest
    default:
      return 0
  }
}

/** Blank, line break or the end of the text. */
function isBlank(character: number): boolean {
  return !(character > 0x20)
}
