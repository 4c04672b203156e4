export interface EndpointRequest {
  method?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
  body?: Uint8Array | string | undefined
  signal?: AbortSignal | undefined
  /** Milliseconds without an answer; 10 000 by default. */
  timeoutMs?: number | undefined
}

export interface EndpointResponse {
  status: number
  headers: Record<string, string>
  text: string
}

const maxAnswerBytes = 16 * 1024 * 1024

/**
 * Asks a workload's HTTP endpoint. Names under `.localhost` lead to this machine whatever its resolver says
 * (RFC 6761), so `http://web-1a2b.localhost:8080` works where `curl` may not find it. Node only.
 * Rejects when nothing answers in time.
 *
 * @example
 * const { status, text } = await requestEndpoint('http://web-1a2b.localhost:8080/')
 */
export async function requestEndpoint(url: string, options: EndpointRequest = {}): Promise<EndpointResponse> {
  const { hostname, protocol, host } = new URL(url)
  const { request } = protocol === 'https:' ? await import('node:https') : await import('node:http')
  const local = hostname === 'localhost' || hostname.endsWith('.localhost')
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: options.method ?? 'GET',
        headers: { ...options.headers, host },
        ...(local
          ? { hostname: '127.0.0.1', ...(protocol === 'https:' ? { servername: hostname } : {}) }
          : {}),
        agent: false,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (answer) => {
        const chunks: Buffer[] = []
        let length = 0
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > maxAnswerBytes) answer.destroy(new RangeError(`more than ${maxAnswerBytes} bytes`))
          else chunks.push(chunk)
        })
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(answer.headers).map(([name, value]) => [name, String(value ?? '')]),
            ),
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    sent.setTimeout(options.timeoutMs ?? 10_000, () =>
      sent.destroy(new Error(`no answer from ${url} in time`)),
    )
    sent.on('error', reject)
    sent.end(options.body)
  })
}
