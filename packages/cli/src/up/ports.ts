import { createServer } from 'node:net'
import { SubletError } from '@sublet/protocol'

/** The ports of one network, side by side from `--port`. */
export function portsFrom(base: number) {
  return { console: base, relay: base + 1, tunnel: base + 2 }
}
export type Ports = ReturnType<typeof portsFrom>

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Throws `port.taken` for the first port in use, naming a base that is free. */
export async function checkPorts(base: number): Promise<Ports> {
  const ports = portsFrom(base)
  for (const [role, port] of Object.entries(ports)) {
    if (await isFree(port)) continue
    throw new SubletError('port.taken', `Port ${port}, for the ${role}, is in use by another program.`, {
      hint: `Stop that program, or choose another: \`sublet up --port ${await freeBase(base + 10)}\`.`,
    })
  }
  return ports
}

async function freeBase(from: number): Promise<number> {
  for (let base = from; base < 65_000; base += 10) {
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree))
    if (free.every(Boolean)) return base
  }
  return from
}
