import { randomBytes } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOutbound } from '../outbound/outbound.ts'
import { type S3Server, startS3Server } from '../testing/s3-server.ts'
import { createS3Store, type S3Store } from './s3-store.ts'

describeWith('s3')('an S3-compatible store', () => {
  const outbound = createOutbound({ allow: ['127.0.0.1'] })
  let server: S3Server
  let store: S3Store
  beforeAll(async () => {
    server = await startS3Server()
    await server.makeBucket('data')
    const credentials = { id: 'tenant', key: 'secret' }
    store = createS3Store({ bucketUrl: `${server.url}/data`, region: 'us-east-1', credentials }, outbound)
  })
  afterAll(async () => {
    outbound.close()
    await server?.[Symbol.asyncDispose]()
  })

  test('lists what lies below a prefix, past the first thousand, and reads it from any byte', async () => {
    const names = Array.from({ length: 1_005 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
    await Promise.all(names.map((name) => server.put('data', name, 'x')))
    await server.put('data', 'other/ä+b c', 'hello')
    const listed: string[] = []
    for await (const { key } of store.list('many/')) listed.push(key)
    expect(listed).toEqual(names)
    const found = await store.head('other/ä+b c')
    expect(found).toMatchObject({ sizeBytes: 5 })
    expect(await text((await store.get('other/ä+b c', { from: 2, etag: found?.etag })).body)).toBe('llo')
    expect(await store.head('nothing')).toBeUndefined()
    await expect(store.get('nothing')).rejects.toMatchObject({ code: 'fetch.failed' })
  })

  test('writes streams of any length in parts', async () => {
    const partBytes = 5 * 1024 * 1024
    for (const sizeBytes of [0, 10, partBytes, 2 * partBytes + 17]) {
      const bytes = randomBytes(sizeBytes)
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; at += 300_000) yield bytes.subarray(at, at + 300_000)
      }
      expect(await store.put('large', pieces(), { partBytes })).toEqual({ sizeBytes })
      expect((await buffer((await store.get('large')).body)).equals(bytes)).toBe(true)
    }
    await store.remove('large')
    expect(await store.head('large')).toBeUndefined()
  })

  test('leaves nothing of an upload whose source broke off', async () => {
    const broken = async function* () {
      yield randomBytes(6 * 1024 * 1024)
      throw new Error('the disk failed')
    }
    await expect(store.put('half', broken(), { partBytes: 5 * 1024 * 1024 })).rejects.toThrow(
      'the disk failed',
    )
    expect(await store.head('half')).toBeUndefined()
    const uploads = await (await fetch(`${server.url}/data?uploads`)).text()
    expect(uploads).not.toContain('<Key>half')
  })
})
