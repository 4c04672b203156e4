import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address, Hex, Service } from '@sublet/protocol'
import { createLog } from '@sublet/service'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOutbound } from '../outbound/outbound.ts'
import { serviceOf } from '../testing/groups.ts'
import { createFetches, type FetchFor } from './fetches.ts'

type Fetch = Service['fetches'][number]

const lease = (digit: number): Hex => `0x${String(digit).repeat(64)}`
const tenant = (digit: number): Address => `0x${String(digit).repeat(40)}`
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const gitSha1 = (bytes: Uint8Array) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

let undo: (() => Promise<unknown> | unknown)[] = []
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-fetch-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
})
afterEach(async () => {
  for (const step of undo.reverse()) await step()
  undo = []
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function fetchesTo(url: string, more: { allow?: string[]; cacheBytes?: number; now?: () => number } = {}) {
  const outbound = createOutbound({ allow: more.allow ?? ['127.0.0.1'] })
  undo.push(() => outbound.close())
  return createFetches({
    folder,
    outbound,
    places: { huggingFaceUrl: url, ollamaUrl: url },
    cacheBytes: more.cacheBytes ?? 1e9,
    log: createLog({ name: 'test', level: 'silent' }),
    now: more.now ?? Date.now,
    sleep: async () => undefined,
  })
}

function wanting(
  fetch: Partial<Fetch> & Pick<Fetch, 'kind' | 'source'>,
  more: Partial<FetchFor> = {},
): FetchFor {
  const service = serviceOf({
    fetches: [{ target: '/models', files: [], readOnly: true, ...fetch }],
    resources: { cpuMillis: 100, memoryBytes: 1e8, storageBytes: 10_000_000, volumes: [] },
  })
  return {
    leaseId: lease(1),
    tenant: tenant(1),
    service,
    replica: 0,
    secrets: {},
    signal: new AbortController().signal,
    ...more,
  }
}

function sendRange(request: IncomingMessage, response: ServerResponse, bytes: Buffer, headers = {}): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from === 0) response.writeHead(200, { 'content-length': bytes.length, ...headers })
  else
    response.writeHead(206, {
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      ...headers,
    })
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from))
}

const commit = 'c0ffee'.padEnd(40, '0')

/** The Hub's answers for one repository of two pages: a large file in LFS behind a redirection, and a small one. */
function hub(options: { token?: string } = {}) {
  const weights = randomBytes(300_000)
  const config = Buffer.from('{"layers": 2}')
  const seen = { requests: [] as string[], ranges: [] as (string | undefined)[], breakOff: 0 }
  const listener: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://hub')
    seen.requests.push(pathname)
    const json = (value: unknown, headers = {}) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    const isCdn = pathname.startsWith('/cdn/')
    if (
      !isCdn &&
      options.token !== undefined &&
      request.headers.authorization !== `Bearer ${options.token}`
    ) {
      return response.writeHead(401).end('Access to model acme/model is restricted.')
    }
    if (pathname === '/api/models/acme/model/revision/main') return json({ id: 'acme/model', sha: commit })
    if (pathname === `/api/models/acme/model/tree/${commit}`) {
      const large = {
        type: 'file',
        oid: 'a'.repeat(40),
        size: weights.length,
        path: 'weights/model.safetensors',
        lfs: { oid: sha256(weights), size: weights.length, pointerSize: 134 },
      }
      const small = { type: 'file', oid: gitSha1(config), size: config.length, path: 'config.json' }
      const folderEntry = { type: 'directory', oid: 'b'.repeat(40), size: 0, path: 'weights' }
      return searchParams.get('cursor') === '2'
        ? json([large])
        : json([folderEntry, small], {
            link: `<http://${request.headers.host}${pathname}?recursive=true&cursor=2>; rel="next"`,
          })
    }
    if (pathname === `/acme/model/resolve/${commit}/config.json`) return sendRange(request, response, config)
    if (pathname === `/acme/model/resolve/${commit}/weights/model.safetensors`) {
      return response.writeHead(302, { location: '/cdn/model' }).end()
    }
    if (isCdn) {
      seen.ranges.push(request.headers.range)
      if (seen.breakOff > 0) {
        seen.breakOff -= 1
        response.writeHead(200, { 'content-length': weights.length })
        response.write(weights.subarray(0, 100_000), () => response.socket?.end())
        return
      }
      return sendRange(request, response, weights)
    }
    response.writeHead(404).end()
  }
  return { listener, weights, config, seen }
}

describe('Hugging Face', () => {
  const model = { kind: 'huggingface' as const, source: 'acme/model' }

  test('fetches every file of the commit, and another lease finds them here', async () => {
    const { listener, weights, config, seen } = hub()
    const fetches = fetchesTo(await serve(listener))
    const progress: number[] = []
    const [mount] = await fetches.prepare(
      wanting(model, { onProgress: ({ doneBytes }) => progress.push(doneBytes) }),
    )
    if (mount?.kind !== 'folder') throw new Error('not a folder')
    expect(mount).toMatchObject({ path: '/models', readOnly: true })
    expect(await readFile(join(mount.source, 'weights/model.safetensors'))).toEqual(weights)
    expect(await readFile(join(mount.source, 'config.json'))).toEqual(config)
    expect(progress.at(-1)).toBe(weights.length + config.length)
    const [again] = await fetches.prepare(wanting(model, { leaseId: lease(2), tenant: tenant(2) }))
    expect(again).toEqual(mount)
    expect(seen.ranges).toHaveLength(1)
  })

  test('takes only the files that are named', async () => {
    const { listener, seen } = hub()
    const fetches = fetchesTo(await serve(listener))
    const [mount] = await fetches.prepare(wanting({ ...model, files: ['*.json'] }))
    expect(await readdir(mount?.kind === 'folder' ? mount.source : '')).toEqual(['config.json'])
    expect(seen.ranges).toEqual([])
    await expect(fetches.prepare(wanting({ ...model, files: ['x'] }, { leaseId: lease(2) }))).rejects.toThrow(
      /none of the files/,
    )
  })

  test('goes on where the line broke off, and where a crash did', async () => {
    const { listener, weights, seen } = hub()
    const url = await serve(listener)
    seen.breakOff = 1
    const [mount] = await fetchesTo(url).prepare(wanting(model))
    // How much of what was sent before the break has reached the disk is the network's word.
    expect(seen.ranges).toHaveLength(2)
    const place = join(mount?.kind === 'folder' ? mount.source : '', 'weights/model.safetensors')
    // As a crash in the middle leaves it: no mark, half a file.
    await rm(join(place, '../../../complete'))
    await rm(place)
    await writeFile(`${place}.part`, weights.subarray(0, 250_000))
    await fetchesTo(url).prepare(wanting(model))
    expect(seen.ranges.at(-1)).toBe('bytes=250000-')
    expect(await readFile(place)).toEqual(weights)
  })

  test('takes no other content than was promised, also from a half file gone wrong', async () => {
    const { listener, weights } = hub()
    const url = await serve((request, response) => {
      if (request.url?.startsWith('/cdn/')) return sendRange(request, response, randomBytes(weights.length))
      listener(request, response)
    })
    await expect(fetchesTo(url).prepare(wanting(model))).rejects.toThrow(/another content/)
  })

  test('keeps what took a token to its tenant, and says when it is refused', async () => {
    const { listener, seen } = hub({ token: 'hf_secret' })
    const fetches = fetchesTo(await serve(listener))
    const gated = { ...model, secret: 'hf' }
    const secrets = { hf: 'hf_secret' }
    const [one] = await fetches.prepare(wanting(gated, { secrets }))
    const [same] = await fetches.prepare(wanting(gated, { secrets, leaseId: lease(2) }))
    const [other] = await fetches.prepare(wanting(gated, { secrets, leaseId: lease(3), tenant: tenant(2) }))
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
    expect(seen.ranges).toHaveLength(2)
    await expect(fetches.prepare(wanting(model, { leaseId: lease(4) }))).rejects.toMatchObject({
      code: 'fetch.failed',
      hint: expect.stringContaining('token'),
    })
  })

  test('stays with what the lease began with, and needs no source for it any more', async () => {
    const { listener } = hub()
    const fetches = fetchesTo(await serve(listener))
    const [mount] = await fetches.prepare(wanting(model))
    expect(await fetchesTo('http://127.0.0.1:1').prepare(wanting(model))).toEqual([mount])
  })

  test('fetches no more than the service has storage for', async () => {
    const { listener, seen } = hub()
    const what = wanting(model)
    what.service.resources.storageBytes = 200_000
    await expect(fetchesTo(await serve(listener)).prepare(what)).rejects.toThrow(/0.000 GB|storage/)
    expect(seen.ranges).toEqual([])
  })

  test('does not reach into the provider’s own network', async () => {
    const { listener, seen } = hub()
    const fetches = fetchesTo(await serve(listener), { allow: [] })
    await expect(fetches.prepare(wanting(model))).rejects.toThrow(/not on the public internet/)
    expect(seen.requests).toEqual([])
  })
})

test('lays an Ollama model out as ollama pull does', async () => {
  const [config, weights] = [Buffer.from('{"model_format":"gguf"}'), randomBytes(50_000)]
  const layer = (bytes: Buffer, mediaType: string) => ({
    mediaType,
    digest: `sha256:${sha256(bytes)}`,
    size: bytes.length,
  })
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: layer(config, 'application/vnd.docker.container.image.v1+json'),
    layers: [layer(weights, 'application/vnd.ollama.image.model')],
  })
  const url = await serve((request, response) => {
    if (request.url === '/v2/library/tiny/manifests/1b') return response.end(manifest)
    for (const bytes of [config, weights]) {
      if (request.url === `/v2/library/tiny/blobs/sha256:${sha256(bytes)}`)
        return sendRange(request, response, bytes)
    }
    response.writeHead(404).end()
  })
  const fetches = fetchesTo(url)
  const [mount] = await fetches.prepare(
    wanting({ kind: 'ollama', source: 'tiny:1b', target: '/root/.ollama/models' }),
  )
  const root = mount?.kind === 'folder' ? mount.source : ''
  expect(await readFile(join(root, 'manifests/registry.ollama.ai/library/tiny/1b'), 'utf8')).toBe(manifest)
  expect(await readFile(join(root, `blobs/sha256-${sha256(weights)}`))).toEqual(weights)
  expect(await readFile(join(root, `blobs/sha256-${sha256(config)}`))).toEqual(config)
  for (const source of ['tiny:none', '../x', 'a/b/c/d', 'x:..']) {
    await expect(
      fetches.prepare(wanting({ kind: 'ollama', source }, { leaseId: lease(2) })),
    ).rejects.toMatchObject({
      code: 'fetch.failed',
    })
  }
})

test('fetches a file of the web, and writes only into a lease’s own copy', async () => {
  let body = 'first'
  const url = await serve((request, response) =>
    sendRange(request, response, Buffer.from(body), { etag: `"${sha256(Buffer.from(body))}"` }),
  )
  const fetches = fetchesTo(url)
  const web = { kind: 'http' as const, source: `${url}/data/list%20a.txt`, readOnly: false }
  const [mine] = await fetches.prepare(wanting(web))
  const [yours] = await fetches.prepare(wanting(web, { leaseId: lease(2) }))
  const place = (mount: typeof mine) => join(mount?.kind === 'folder' ? mount.source : '', 'list a.txt')
  await writeFile(place(mine), 'changed')
  expect(await readFile(place(yours), 'utf8')).toBe('first')
  // A container made anew finds its own changes; a new lease finds the new version.
  expect(await readFile(place((await fetches.prepare(wanting(web)))[0]), 'utf8')).toBe('changed')
  body = 'second'
  const [late] = await fetches.prepare(wanting(web, { leaseId: lease(3) }))
  expect(await readFile(place(late), 'utf8')).toBe('second')
})

test('cleans what was not used for longest, and nothing of a live lease', async () => {
  let nowMs = 1_000_000
  const url = await serve((request, response) =>
    sendRange(request, response, Buffer.alloc(1_000, request.url), { etag: `"${request.url?.slice(1)}"` }),
  )
  const fetches = fetchesTo(url, { cacheBytes: 2_000, now: () => nowMs })
  const folders: string[] = []
  for (const digit of [1, 2, 3]) {
    nowMs += 60_000
    const what = wanting({ kind: 'http', source: `${url}/${digit}` }, { leaseId: lease(digit) })
    const [mount] = await fetches.prepare(what)
    folders.push(mount?.kind === 'folder' ? mount.source : '')
  }
  const there = () =>
    Promise.all(
      folders.map((one) =>
        stat(one).then(
          () => true,
          () => false,
        ),
      ),
    )
  await fetches.clean(() => true)
  expect(await there()).toEqual([true, true, true])
  await fetches.clean((leaseId) => leaseId === lease(1))
  expect(await there()).toEqual([true, false, true])
  await fetches.release(lease(1))
  await fetches.clean(() => false)
  expect(await there()).toEqual([true, false, true])
})
