import type { IncomingMessage, ServerResponse } from 'node:http'
import { type SubletError, toProblem } from '@sublet/protocol'

/** Names the code on every answer of the relay's own, so that nobody takes it for the workload's. */
export const problemHeader = 'x-sublet-problem'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign)

/** The relay's own answer in place of a workload's: a page for browsers, a problem document for programs. */
export function problemBody(error: SubletError, accept: string | undefined): { type: string; body: string } {
  const problem = toProblem(error)
  if (!accept?.includes('text/html')) {
    return { type: 'application/problem+json', body: JSON.stringify(problem) }
  }
  const hint = problem.hint === undefined ? '' : `<p>${escaped(problem.hint)}</p>`
  const body = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(problem.title)}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}code{opacity:.6}</style>
<h1>${escaped(problem.title)}</h1><p>${escaped(problem.detail)}</p>${hint}<p><code>${problem.status} ${problem.code}</code></p>
</html>
`
  return { type: 'text/html; charset=utf-8', body }
}

/** Answers with the problem, or cuts the connection when an answer has begun already. */
export function answerProblem(request: IncomingMessage, response: ServerResponse, error: SubletError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { type, body } = problemBody(error, request.headers.accept)
  response.writeHead(error.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    [problemHeader]: error.code,
  })
  response.end(body)
}
