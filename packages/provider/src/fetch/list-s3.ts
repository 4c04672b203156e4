import { SubletError } from '@sublet/protocol'
import type { Outbound } from '../outbound/outbound.ts'
import { readS3Address } from '../s3/s3-address.ts'
import { createS3Store, type S3Object } from '../s3/s3-store.ts'
import { type Listing, safePath } from './listing.ts'
import type { FetchSource } from './source.ts'

/** The objects below a prefix, or those that are named. A prefix that is itself an object is that one file. */
export async function listS3(source: FetchSource, outbound: Outbound, signal: AbortSignal): Promise<Listing> {
  const { prefix, ...place } = readS3Address(source)
  const store = createS3Store({ ...place, ...credentialsOf(source) }, outbound)
  const folder = prefix === '' ? '' : `${prefix}/`
  const objects: S3Object[] = []
  if (source.files.length > 0) {
    for (const name of source.files) {
      const key = `${folder}${name.replace(/^\/+/, '')}`
      const found = await store.head(key, signal)
      if (found === undefined) throw new SubletError('fetch.failed', `${source.source} holds no ${name}.`)
      objects.push(found)
    }
  } else {
    for await (const object of store.list(folder, signal)) if (!object.key.endsWith('/')) objects.push(object)
    const single = objects.length === 0 && prefix !== '' ? await store.head(prefix, signal) : undefined
    if (single !== undefined) objects.push(single)
  }
  if (objects.length === 0) throw new SubletError('fetch.failed', `${source.source} holds nothing.`)
  return {
    identity: `s3 ${place.bucketUrl} ${prefix}`,
    files: objects.map(({ key, sizeBytes, etag }) => ({
      path: safePath(key.startsWith(folder) ? key.slice(folder.length) : key.slice(key.lastIndexOf('/') + 1)),
      sizeBytes,
      etag,
      open: (from, opening) => store.get(key, { from, etag }, opening),
    })),
  }
}

function credentialsOf({ source, credentials }: FetchSource) {
  if (credentials === undefined) return {}
  const { id, key } = credentials
  if (id !== undefined) return { credentials: { id, key } }
  const colon = key.indexOf(':')
  if (colon > 0) return { credentials: { id: key.slice(0, colon), key: key.slice(colon + 1) } }
  throw new SubletError('fetch.failed', `The credentials for ${source} name no key id.`, {
    hint: 'Write the secret as ID:KEY.',
  })
}
