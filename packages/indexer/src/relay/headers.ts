import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** Headers of one connection, not of the message (RFC 9110 §7.6.1). */
const hopByHop = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A message's headers without those of the connection it came on, and those that `connection` names. */
export function endToEndHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set(
    String(headers.connection ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  )
  const kept: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || named.has(name)) continue
    kept[name] = value
  }
  return kept
}

/**
 * Headers that tell a workload who asked. What the client itself says there is dropped: it could be anything.
 *
 * @param clientAddress where the connection came from.
 */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  clientAddress: string,
  protocol: 'http' | 'https' = 'http',
): OutgoingHttpHeaders {
  const { forwarded: _forwarded, expect: _expect, ...kept } = endToEndHeaders(headers)
  return {
    ...kept,
    'x-forwarded-for': clientAddress,
    'x-forwarded-host': headers.host ?? '',
    'x-forwarded-proto': protocol,
  }
}
