import { SubletError } from '@sublet/protocol'
import type { Outbound } from '../outbound/outbound.ts'
import { expectOk, type Listing, safePath } from './listing.ts'
import type { FetchSource } from './source.ts'

/** One file on the web, under the last part of its address. With `files`, those below the address. */
export async function listHttp(
  source: FetchSource,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Listing> {
  const headers =
    source.credentials === undefined ? {} : { authorization: `Bearer ${source.credentials.key}` }
  const address = source.source.replace(/\/+$/, '')
  if (!URL.canParse(address)) throw new SubletError('fetch.failed', `${address} is no address on the web.`)
  const wanted =
    source.files.length === 0
      ? [
          {
            path: decodeURIComponent(new URL(address).pathname.split('/').at(-1) ?? '') || 'index.html',
            url: address,
          },
        ]
      : source.files.map((name) => ({ path: name, url: `${address}/${name.replace(/^\/+/, '')}` }))
  const files = await Promise.all(
    wanted.map(async ({ path, url }) => {
      const head = await outbound({ url, method: 'HEAD', headers, signal })
      head.body.resume()
      // Some servers know no HEAD; then size and version are learnt with the content.
      if (head.status !== 405 && head.status !== 501) expectOk(url, head)
      const { 'content-length': length, etag } = head.headers
      const known = head.status < 300 && head.headers['content-encoding'] === undefined
      return {
        path: safePath(path),
        ...(known && length !== undefined ? { sizeBytes: Number(length) } : {}),
        ...(known && etag !== undefined ? { etag } : {}),
        open: async (from: number, opening: AbortSignal) =>
          expectOk(
            url,
            await outbound({
              url,
              headers: {
                ...headers,
                ...(from > 0 && etag !== undefined ? { range: `bytes=${from}-`, 'if-range': etag } : {}),
              },
              signal: opening,
            }),
          ),
      }
    }),
  )
  return { identity: `http ${address}`, files }
}
