import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, inject } from 'vitest'

/** Real engines that some tests need. Each is used where it is present and named at the end where it is not. */
export const partNames = ['docker', 'postgres', 'nats', 'chromium'] as const
export type PartName = (typeof partNames)[number]
export type Parts = Record<PartName, boolean>

declare module 'vitest' {
  export interface ProvidedContext {
    parts: Parts
  }
}

export const testDatabaseUrl =
  process.env.SUBLET_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'
export const testNatsUrl = process.env.SUBLET_TEST_NATS_URL ?? 'nats://127.0.0.1:4222'
export const dockerSocketPath = process.env.SUBLET_TEST_DOCKER_SOCKET ?? '/var/run/docker.sock'
export const chromiumPath = process.env.SUBLET_TEST_CHROMIUM ?? '/usr/bin/chromium'

/** Flags under which Chromium runs headless as root and speaks to nobody but the page's own server. */
export const chromiumFlags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Whether something accepts connections there within a second. */
function answers(target: { host: string; port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target)
    const finish = (present: boolean) => {
      socket.destroy()
      resolve(present)
    }
    socket.setTimeout(1000, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

function hostAndPort(url: string, defaultPort: number) {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: port === '' ? defaultPort : Number(port) }
}

export async function detectParts(): Promise<Parts> {
  const [docker, postgres, nats] = await Promise.all([
    answers({ path: dockerSocketPath }),
    answers(hostAndPort(testDatabaseUrl, 5432)),
    answers(hostAndPort(testNatsUrl, 4222)),
  ])
  return { docker, postgres, nats, chromium: existsSync(chromiumPath) }
}

/** A `describe` that is left out, and named at the end of the run, where one of the parts is missing. */
export function describeWith(needed: PartName | readonly PartName[]) {
  const parts = inject('parts')
  const missing = [needed].flat().filter((name) => !parts[name as PartName])
  return describe.skipIf(missing.length > 0)
}
