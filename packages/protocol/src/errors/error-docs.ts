import { type ErrorCode, errorCodes } from './codes.ts'

/** The documentation page of every error code, as Markdown. */
export function errorDocs(): string {
  const sections = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const { status, exitCode, retryable, summary } = errorCodes[code]
    const again = retryable ? 'Trying again can help.' : 'Trying again does not help by itself.'
    return `## ${code}\n\n${summary} ${again}\n\nHTTP status ${status}, exit code ${exitCode}.\n`
  })
  const intro = [
    '# Errors',
    '',
    'Every error that can be acted on has a stable code, a sentence, and mostly a hint with the cure. HTTP answers carry them as RFC 9457',
    'problem documents, the command line as its exit code and, with `--json`, as the same document.',
    '',
  ]
  return `${intro.join('\n')}\n${sections.join('\n')}`
}
