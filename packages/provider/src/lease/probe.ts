import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Health, Probe, Service } from '@sublet/protocol'
import type { Runtime } from '../runtime/runtime.ts'

/** Whether one probe passes now. Never throws: whatever goes wrong is "no". */
export async function passes(
  runtime: Runtime,
  id: string,
  probe: Probe,
  timeoutMs: number,
): Promise<boolean> {
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    return await Promise.race([
      ask(runtime, id, probe, limit),
      new Promise<boolean>((resolve) =>
        limit.addEventListener('abort', () => resolve(false), { once: true }),
      ),
    ])
  } catch {
    return false
  }
}

async function ask(runtime: Runtime, id: string, probe: Probe, signal: AbortSignal): Promise<boolean> {
  if (probe.kind === 'command') {
    const session = await runtime.exec(id, { command: probe.command, tty: false })
    signal.addEventListener('abort', () => session.close(), { once: true })
    session.stdin.end()
    session.stdout.resume()
    session.stderr.resume()
    return (await session.exitCode) === 0
  }
  const socket = await runtime.connect(id, probe.port)
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  socket.on('error', () => undefined)
  try {
    if (probe.kind === 'tcp') return true
    return await askHttp(socket, probe)
  } finally {
    socket.destroy()
  }
}

type HttpProbe = Extract<Probe, { kind: 'http' | 'websocket' }>

function askHttp(socket: Duplex, probe: HttpProbe): Promise<boolean> {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
  return new Promise((resolve) => {
    const asked = request({
      createConnection: () => socket,
      method: probe.kind === 'http' ? probe.method : 'GET',
      path: probe.path,
      headers: {
        host: 'localhost',
        'user-agent': 'sublet-probe',
        ...(probe.kind === 'http' ? probe.headers : upgrade),
      },
    })
    asked.on('response', (response) => {
      response.resume()
      resolve(probe.kind === 'http' && isExpected(response.statusCode ?? 0, probe.expectStatus))
    })
    asked.on('upgrade', () => resolve(probe.kind === 'websocket'))
    asked.on('error', () => resolve(false))
    asked.end(probe.kind === 'http' ? probe.body : undefined)
  })
}

function isExpected(status: number, expected: number | undefined): boolean {
  return expected === undefined ? status >= 200 && status < 400 : status === expected
}

/**
 * What must pass before a service counts as ready: its own health check, or else that each public TCP port takes
 * connections and each public HTTP port answers, whatever it says.
 */
export function readinessProbes({ health, ports }: Pick<Service, 'health' | 'ports'>): Probe[] {
  if (health !== undefined) return [health.probe, ...(health.also ?? []).map(({ probe }) => probe)]
  return ports.flatMap(({ port, protocol, public: isPublic }): Probe[] =>
    isPublic && protocol !== 'udp' ? [{ kind: 'tcp', port }] : [],
  )
}

/** What must go on passing. */
export function livenessProbes(health: Health | undefined): Probe[] {
  if (health === undefined) return []
  return [
    ...(health.startOnly === true ? [] : [health.probe]),
    ...(health.also ?? []).flatMap(({ probe, startOnly }) => (startOnly ? [] : [probe])),
  ]
}
