import type { Transport } from './transport.ts'

/** HTTP by `fetch`, for browsers. Streams answers; a streamed request body is sent whole before the answer comes. */
export const fetchTransport: Transport = async ({ url, method, headers, body, signal }) => {
  const streamed = body !== undefined && !(body instanceof Uint8Array)
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body: streamed ? ReadableStream.from(body) : new Uint8Array(body) }),
    ...(streamed ? { duplex: 'half' } : {}),
    ...(signal === undefined ? {} : { signal }),
    redirect: 'error',
  } as RequestInit)
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: chunksOf(response.body),
  }
}

/** Chromium's streams are not iterable everywhere, so they are read by hand. */
async function* chunksOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (stream === null) return
  const reader = stream.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
