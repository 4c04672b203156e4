import type { Finding } from './finding.ts'

/** One line for people and editors: `file:line:column severity code message (expected ..; mend ..)`. */
export function formatFinding(finding: Finding): string {
  const { file, line, column, severity, code, message, expected, mend } = finding
  const notes = [
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(mend === undefined ? [] : [`mend: ${mend}`]),
  ]
  return `${file}:${line}:${column} ${severity} ${code} ${message}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
}
