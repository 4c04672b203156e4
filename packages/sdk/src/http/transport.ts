/** One HTTP request. A streamed body is sent while the answer is read, where the transport can do both at once. */
export interface TransportRequest {
  url: string
  method: string
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array | AsyncIterable<Uint8Array>
  signal?: AbortSignal | undefined
}

export interface TransportResponse {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: AsyncIterable<Uint8Array>
}

/**
 * Carries a request and resolves as soon as the answer's head is there. Rejects when nobody answers, with the
 * platform's own error: the client that called knows who was meant to answer.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>
