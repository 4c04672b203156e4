import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'

export interface TestRegistry extends AsyncDisposable {
  /** As images of it begin: `127.0.0.1:PORT`. */
  host: string
  /** Requests for blobs so far. */
  blobRequests(): number
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/**
 * A registry on loopback with one image, `NAME:1`: a shell and nothing else. Asks for a password when given one, and gives
 * layers drop by drop, and no whole one, until `hurry` settles.
 */
export async function startRegistry(
  name: string,
  login?: { username: string; password: string },
  hurry: Promise<unknown> = Promise.resolve(),
): Promise<TestRegistry> {
  const blobs = new Map<string, Buffer>()
  const keep = (bytes: Buffer) => {
    blobs.set(sha256(bytes), bytes)
    return { digest: sha256(bytes), size: bytes.length }
  }
  const layer = await shellLayer()
  const config = keep(
    Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] },
        rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
        history: [{ created_by: name }],
      }),
    ),
  )
  const type = 'application/vnd.docker'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.distribution.manifest.v2+json`,
      config: { mediaType: `${type}.container.image.v1+json`, ...config },
      layers: [{ mediaType: `${type}.image.rootfs.diff.tar.gzip`, ...keep(gzipSync(layer)) }],
    }),
  )
  let asked = 0
  const expected = login === undefined ? undefined : `Basic ${btoa(`${login.username}:${login.password}`)}`
  const server = createServer((request, response) => {
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
      return
    }
    const path = request.url ?? ''
    if (path === '/v2/') return response.writeHead(200).end('{}')
    const [, kind, reference = ''] = new RegExp(`^/v2/${name}/(manifests|blobs)/(.+)$`).exec(path) ?? []
    if (kind === 'manifests' && (reference === '1' || reference === sha256(manifest))) {
      response
        .writeHead(200, {
          'content-type': `${type}.distribution.manifest.v2+json`,
          'content-length': manifest.length,
          'docker-content-digest': sha256(manifest),
        })
        .end(request.method === 'HEAD' ? undefined : manifest)
      return
    }
    const blob = kind === 'blobs' ? blobs.get(reference) : undefined
    if (blob === undefined)
      return response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}')
    asked += 1
    response.writeHead(200, { 'content-length': blob.length })
    void drip(response, blob, hurry)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    blobRequests: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function shellLayer(): Promise<Buffer> {
  const pack = tar.pack()
  const busybox = await readFile('/bin/busybox')
  pack.entry({ name: 'bin/', type: 'directory', mode: 0o755 })
  pack.entry({ name: 'bin/busybox', mode: 0o755 }, busybox)
  for (const program of ['sh', 'echo', 'sleep', 'cat', 'httpd']) {
    pack.entry({ name: `bin/${program}`, type: 'symlink', linkname: 'busybox' })
  }
  pack.finalize()
  return await buffer(pack)
}

const dropBytes = 8 * 1024
const dropEveryMs = 50

async function drip(response: ServerResponse, blob: Buffer, hurry: Promise<unknown>): Promise<void> {
  let hurried = false
  const end = hurry.then(() => {
    hurried = true
  })
  let at = 0
  for (; at + dropBytes < blob.length; at += dropBytes) {
    await Promise.race([end, delay(dropEveryMs)])
    if (hurried) break
    response.write(blob.subarray(at, at + dropBytes))
  }
  if (at > 0) await hurry
  response.end(blob.subarray(at))
}
