import { SubletError } from '@sublet/protocol'
import type { S3Place } from './s3-store.ts'

export interface S3Address {
  /** `s3://bucket/folder`, the address of a bucket, or with `bucket` that of a store. */
  source: string
  bucket?: string | undefined
  region?: string | undefined
}

/** Where an address leads: the bucket, and the prefix of keys in it, without slashes at its ends. */
export function readS3Address({
  source,
  bucket,
  region,
}: S3Address): Omit<S3Place, 'credentials'> & { prefix: string } {
  const url = URL.canParse(source) ? new URL(source) : undefined
  const path = decodeURIComponent(url?.pathname ?? '').replace(/^\/+|\/+$/g, '')
  if (url?.protocol === 's3:') {
    const host = `s3.${region ?? 'us-east-1'}.amazonaws.com`
    // A bucket with dots has no certificate of its own.
    const bucketUrl = url.host.includes('.') ? `https://${host}/${url.host}` : `https://${url.host}.${host}`
    return { bucketUrl, region: region ?? 'us-east-1', prefix: path }
  }
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new SubletError('fetch.failed', `${source} is no address of an S3-compatible store.`, {
      hint: 'Write s3://bucket/folder, or https://store with the bucket beside it.',
    })
  }
  const place = { region: region ?? 'us-east-1' }
  if (bucket === undefined || bucket === '') return { ...place, bucketUrl: url.origin, prefix: path }
  const [name = '', ...folder] = bucket.replace(/^\/+|\/+$/g, '').split('/')
  const base = path === '' ? url.origin : `${url.origin}/${path}`
  return { ...place, bucketUrl: `${base}/${name}`, prefix: folder.join('/') }
}
