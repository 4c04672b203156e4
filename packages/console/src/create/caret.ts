/** Where a line and column (both from 1) lie in a text; a place past the end is the nearest one that exists. */
export function offsetAt(text: string, line: number, column: number): number {
  const lines = text.split('\n')
  const row = Math.max(1, Math.min(line, lines.length)) - 1
  const before = lines.slice(0, row).reduce((sum, one) => sum + one.length + 1, 0)
  return before + Math.max(0, Math.min(column - 1, lines[row]?.length ?? 0))
}

/** The white space that a new line should begin with: as the line before it, two more after a colon. */
export function indentAfter(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const own = /^[ ]*/.exec(line)?.[0] ?? ''
  return /:\s*$/.test(line) ? `${own}  ` : own
}
