import type { AddressInfo } from 'node:net'
import { SubletError } from '@sublet/protocol'
import type { HttpServer } from './http-server.ts'

export interface ListenOptions {
  server: HttpServer
  /** Loopback by default. */
  host?: string | undefined
  /** 0 takes any free port. */
  port: number
  /** What the person would change to choose another port; `--port` by default. */
  setting?: string | undefined
}

/** Starts listening. Throws `port.taken` when the port is in use, and `config.invalid` when it cannot be used at all. */
export async function listen({
  server,
  host = '127.0.0.1',
  port,
  setting = '--port',
}: ListenOptions): Promise<{ host: string; port: number; url: string }> {
  try {
    await server.listen({ host, port })
  } catch (cause) {
    throw explainListenError({ cause, host, port, setting })
  }
  const bound = server.server.address() as AddressInfo
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
  return { host: bound.address, port: bound.port, url: `http://${name}:${bound.port}` }
}

/** The error that a person can act on, for whatever a listening socket refuses; other errors come back as they are. */
export function explainListenError({
  cause,
  host,
  port,
  setting,
}: {
  cause: unknown
  host: string
  port: number
  setting: string
}): unknown {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  if (code === 'EADDRINUSE') {
    return new SubletError('port.taken', `Port ${port} on ${host} is in use by another program.`, {
      hint: `Stop that program, or choose another port with ${setting}.`,
      details: { host, port },
      cause,
    })
  }
  if (code === 'EACCES') {
    return new SubletError('config.invalid', `Port ${port} may not be used without more rights.`, {
      hint: `Choose a port above 1023 with ${setting}.`,
      details: { host, port },
      cause,
    })
  }
  if (code === 'EADDRNOTAVAIL') {
    return new SubletError('config.invalid', `This machine has no address ${host}.`, {
      hint: 'Listen on 127.0.0.1, 0.0.0.0, or one of the addresses that this machine has.',
      details: { host, port },
      cause,
    })
  }
  return cause
}
