import { stat } from 'node:fs/promises'
import { join, normalize, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import { SubletError } from '@sublet/protocol'
import type { HttpServer } from '@sublet/service'

/** Files whose name holds a hash of their content never change. */
const hashed = /-[A-Za-z0-9_-]{8,}\.\w+$/
const yearSeconds = 31_536_000

/** Serves the console: its files, and its page for every address that the page itself understands. */
export function serveConsole(server: HttpServer, dir: string): void {
  server.register(fastifyStatic, { root: dir, serve: false, cacheControl: false })
  server.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = decodeURIComponent(new URL(request.url, 'http://controller').pathname)
    const file = normalize(path).replace(/^[/\\]+/, '')
    const inside = !file.startsWith('..') && !file.includes(`..${sep}`) && !file.includes('\0')
    const found =
      inside && file !== '' && (await stat(join(dir, file)).catch(() => undefined))?.isFile() === true
    if (found) {
      reply.header(
        'cache-control',
        hashed.test(file) ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
      )
      return reply.sendFile(file)
    }
    // Something with an ending is a file that is missing, not a page.
    if (!inside || /\.\w+$/.test(file)) {
      throw new SubletError('route.not-found', `The console has no file ${path}.`, {
        hint: 'Reload the console; it may have been updated.',
      })
    }
    return reply.header('cache-control', 'no-cache').sendFile('index.html')
  })
}
