import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, inject } from 'vitest'

/** Real engines that some tests need. Each is used where it is present and named at the end where it is not. */
export const partNames = [
  'docker',
  'postgres',
  'nats',
  'chromium',
  's3',
  'acme',
  'podman',
  'gvisor',
  'gallery',
  'busybox',
  'own-engine',
  'iptables',
  'traffic-control',
  'loop-devices',
] as const
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
/** `moto_server` of PyPI's moto, which answers as Amazon's S3 does. */
export const motoPath = process.env.SUBLET_TEST_MOTO ?? 'moto_server'
/** Let's Encrypt's authority for tests, with a name server that says what a test wants. */
export const pebblePath = process.env.SUBLET_TEST_PEBBLE ?? 'pebble'
export const pebbleDnsPath = process.env.SUBLET_TEST_PEBBLE_DNS ?? 'pebble-challtestsrv'
/** Akash's gallery of deployment files, which lies beside a checkout and not in it. */
export const galleryPath = fileURLToPath(
  new URL('../../../shared/vectors/akash/input/awesome', import.meta.url),
)
/** What images of the tests are made of. */
export const busyboxPath = '/bin/busybox'
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

/** Whether there is such a program, by its path or on the search path. */
function isProgram(name: string): boolean {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(':').map((one) => `${one}/`)
  return folders.some((folder) => existsSync(`${folder}${name}`))
}

/** Whether there is such a program and it needs no library of the machine: it runs in an image of its own then. */
async function isStatic(path: string): Promise<boolean> {
  const program = await readFile(path).catch(() => undefined)
  // A program that is linked dynamically names its loader near its start.
  return program !== undefined && !program.subarray(0, 4096).includes('/ld-')
}

/** Whether the kernel has the queue that bandwidth is limited by; tried in a network of its own, of which nothing stays. */
function canQueue(): Promise<boolean> {
  const queue = ['root', 'tbf', 'rate', '1mbit', 'burst', '128kb', 'latency', '50ms']
  return new Promise((resolve) => {
    execFile('unshare', ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', ...queue], (error) =>
      resolve(error === null),
    )
  })
}

export async function detectParts(): Promise<Parts> {
  const [docker, postgres, nats] = await Promise.all([
    answers({ path: dockerSocketPath }),
    answers(hostAndPort(testDatabaseUrl, 5432)),
    answers(hostAndPort(testNatsUrl, 4222)),
  ])
  const isRoot = process.getuid?.() === 0
  return {
    docker,
    postgres,
    nats,
    chromium: existsSync(chromiumPath),
    s3: isProgram(motoPath),
    acme: isProgram(pebblePath) && isProgram(pebbleDnsPath),
    podman: isProgram('podman') && isRoot,
    gvisor: isProgram('runsc') && isRoot,
    gallery: existsSync(galleryPath),
    busybox: await isStatic(busyboxPath),
    iptables: isRoot && (isProgram('iptables') || existsSync('/usr/sbin/iptables')),
    'traffic-control': isRoot && (await canQueue()),
    'loop-devices': isRoot && existsSync('/dev/loop-control'),
    'own-engine': isRoot && ['dockerd', 'containerd', 'ip'].every((program) => isProgram(program)),
  }
}

/** A `describe` that is left out, and named at the end of the run, where one of the parts is missing. */
export function describeWith(needed: PartName | readonly PartName[]) {
  const parts = inject('parts')
  const missing = [needed].flat().filter((name) => !parts[name as PartName])
  return describe.skipIf(missing.length > 0)
}
