import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { SubletError } from '@sublet/protocol'
import { AwsV4Signer } from 'aws4fetch'
import { XMLParser } from 'fast-xml-parser'
import type { Outbound, OutboundAnswer } from '../outbound/outbound.ts'

export interface S3Credentials {
  id: string
  key: string
}

/** One bucket of an S3-compatible store. */
export interface S3Place {
  /** Address of the bucket itself, without a slash at its end: `https://HOST/BUCKET` or `https://BUCKET.HOST`. */
  bucketUrl: string
  /** What signatures name; `us-east-1` where nobody says. */
  region: string
  /** Without them, requests go unsigned, which public buckets answer. */
  credentials?: S3Credentials
}

export interface S3Object {
  key: string
  sizeBytes: number
  /** Without quotes. */
  etag: string
}

/** Amazon's REST API for S3, as far as objects are read and written. Throws `fetch.failed` in the store's own words. */
export interface S3Store {
  list(prefix: string, signal?: AbortSignal): AsyncGenerator<S3Object>
  /** Undefined where there is no such object. */
  head(key: string, signal?: AbortSignal): Promise<S3Object | undefined>
  /** The object from a byte on, as long as it is still the one with this tag. */
  get(
    key: string,
    range?: { from: number; etag?: string | undefined },
    signal?: AbortSignal,
  ): Promise<OutboundAnswer>
  /** Writes an object of unknown length. Holds one part in memory; of an interrupted upload nothing is left. */
  put(key: string, chunks: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<{ sizeBytes: number }>
  remove(key: string, signal?: AbortSignal): Promise<void>
}

export interface PutOptions {
  signal?: AbortSignal
  /** Bytes of the first parts; the store takes no less than 5 MiB but for the last. */
  partBytes?: number
  onProgress?: (sentBytes: number) => void
}

const xml = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' })
const mostTries = 4
const defaultPartBytes = 8 * 1024 * 1024
/** The store takes 10,000 parts, so they grow: 8 MiB a thousand times, then 16, … which makes some 440 GB. */
const partsOfOneSize = 1_000

export function createS3Store(place: S3Place, outbound: Outbound): S3Store {
  const { bucketUrl, region, credentials } = place

  async function send(
    method: string,
    target: { key?: string; query?: Readonly<Record<string, string>> },
    more: { headers?: Record<string, string>; body?: Uint8Array; signal?: AbortSignal | undefined } = {},
  ): Promise<OutboundAnswer> {
    const path = (target.key ?? '').split('/').map(encodeURIComponent).join('/')
    const query = new URLSearchParams(target.query).toString()
    const url = `${bucketUrl}/${path}${query === '' ? '' : `?${query}`}`
    const { body, signal } = more
    const headers = { ...more.headers }
    if (credentials === undefined)
      return await outbound({ url, method, headers, ...optional({ body, signal }) })
    const signer = new AwsV4Signer({
      url,
      method,
      headers: {
        ...headers,
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      accessKeyId: credentials.id,
      secretAccessKey: credentials.key,
      service: 's3',
      region,
    })
    const signed = await signer.sign()
    return await outbound({
      url: signed.url.toString(),
      method,
      headers: Object.fromEntries(signed.headers),
      ...optional({ body, signal }),
    })
  }

  async function ok(what: string, answer: OutboundAnswer): Promise<OutboundAnswer> {
    if (answer.status >= 200 && answer.status < 300) return answer
    throw await refusal(what, answer)
  }

  async function* list(prefix: string, signal?: AbortSignal): AsyncGenerator<S3Object> {
    for (let token: string | undefined; ; ) {
      const query = {
        'list-type': '2',
        prefix,
        ...(token === undefined ? {} : { 'continuation-token': token }),
      }
      const answer = await ok(`${bucketUrl} cannot be listed`, await send('GET', { query }, { signal }))
      const { ListBucketResult: page } = readXml(await text(answer.body))
      for (const { Key = '', Size = '0', ETag = '' } of (page?.Contents ?? []) as Record<string, string>[]) {
        yield { key: Key, sizeBytes: Number(Size), etag: unquoted(ETag) }
      }
      token = page?.NextContinuationToken
      if (page?.IsTruncated !== 'true' || token === undefined) return
    }
  }

  return {
    list,

    async head(key, signal) {
      const answer = await send('HEAD', { key }, { signal })
      answer.body.resume()
      if (answer.status === 404) return undefined
      await ok(`${key} cannot be looked at`, answer)
      const { etag = '', 'content-length': length } = answer.headers
      return { key, sizeBytes: Number(length ?? 0), etag: unquoted(etag) }
    },

    async get(key, { from, etag } = { from: 0 }, signal) {
      const headers = {
        ...(from > 0 ? { range: `bytes=${from}-` } : {}),
        ...(etag === undefined || etag === '' ? {} : { 'if-match': `"${etag}"` }),
      }
      return await ok(`${key} cannot be read`, await send('GET', { key }, { headers, signal }))
    },

    async put(key, chunks, { signal, partBytes = defaultPartBytes, onProgress } = {}) {
      const began = await ok(
        `${key} cannot be written`,
        await send('POST', { key, query: { uploads: '' } }, { signal }),
      )
      const uploadId = String(readXml(await text(began.body)).InitiateMultipartUploadResult?.UploadId ?? '')
      const parts: { number: number; etag: string }[] = []
      let sizeBytes = 0
      try {
        const sizeOf = (index: number) => partBytes * (1 + Math.floor(index / partsOfOneSize))
        for await (const body of inParts(chunks, sizeOf)) {
          const number = parts.length + 1
          const query = { partNumber: String(number), uploadId }
          const etag = await sendPart(() => send('PUT', { key, query }, { body, signal }), key)
          parts.push({ number, etag })
          sizeBytes += body.length
          onProgress?.(sizeBytes)
        }
        const body = Buffer.from(
          `<CompleteMultipartUpload>${parts
            .map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
            .join('')}</CompleteMultipartUpload>`,
        )
        const done = await ok(
          `${key} cannot be completed`,
          await send('POST', { key, query: { uploadId } }, { body, signal }),
        )
        // The store answers before it knows; an error then comes with status 200.
        const { Error: late } = readXml(await text(done.body))
        if (late !== undefined) throw failed(`${key} cannot be completed: ${late.Message ?? late.Code}.`)
        return { sizeBytes }
      } catch (error) {
        await send('DELETE', { key, query: { uploadId } }).then(
          ({ body }) => body.resume(),
          () => undefined,
        )
        throw error
      }
    },

    async remove(key, signal) {
      const answer = await ok(`${key} cannot be removed`, await send('DELETE', { key }, { signal }))
      answer.body.resume()
    },
  }

  /** One part, again where the store or the line failed: everything sent before would be lost with it. */
  async function sendPart(attempt: () => Promise<OutboundAnswer>, key: string): Promise<string> {
    for (let round = 1; ; round += 1) {
      try {
        const answer = await ok(`${key} cannot be written`, await attempt())
        answer.body.resume()
        return String(answer.headers.etag ?? '')
      } catch (error) {
        if (round >= mostTries) throw error
      }
    }
  }
}

/** Cuts a stream into pieces of given sizes; the last may be shorter, and there is at least one. */
async function* inParts(chunks: AsyncIterable<Uint8Array>, sizeOf: (index: number) => number) {
  let index = 0
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const whole of chunks) {
    let chunk = whole
    while (heldBytes + chunk.length >= sizeOf(index)) {
      const take = sizeOf(index) - heldBytes
      yield Buffer.concat([...held, chunk.subarray(0, take)])
      chunk = chunk.subarray(take)
      held = []
      heldBytes = 0
      index += 1
    }
    // A copy, as the writer may use its buffer again.
    if (chunk.length > 0) held.push(Uint8Array.from(chunk))
    heldBytes += chunk.length
  }
  if (heldBytes > 0 || index === 0) yield Buffer.concat(held)
}

interface S3Xml {
  ListBucketResult?: { Contents?: unknown; NextContinuationToken?: string; IsTruncated?: string }
  InitiateMultipartUploadResult?: { UploadId?: string }
  Error?: { Code?: string; Message?: string }
}

function readXml(body: string): S3Xml {
  try {
    return xml.parse(body) as S3Xml
  } catch {
    return {}
  }
}

async function refusal(what: string, answer: OutboundAnswer): Promise<SubletError> {
  const { Error: said } = readXml((await text(answer.body).catch(() => '')).slice(0, 64 * 1024))
  const words = said?.Message ?? said?.Code ?? `status ${answer.status}`
  const region = answer.headers['x-amz-bucket-region']
  return failed(`${what}: ${words.replace(/\.$/, '')}.`, typeof region === 'string' ? region : undefined)
}

function failed(message: string, region?: string): SubletError {
  return new SubletError('fetch.failed', message, {
    hint:
      region === undefined
        ? 'Check the address, the credentials and their rights.'
        : `Check the credentials; the bucket's region is ${region}.`,
  })
}

function unquoted(etag: string): string {
  return etag.replace(/^(W\/)?"|"$/g, '')
}

function optional<T extends object>(values: T) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}
