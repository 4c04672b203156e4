import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment, LeaseStatus } from '@sublet/protocol'
import { describeWith, galleryPath } from '@sublet/testing'
import {
  eventually,
  freeBasePort,
  repository,
  startUp,
  temporaryDir,
  type UpProcess,
} from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { askByDatagram, askEndpoint } from './src/ask-endpoint.ts'
import { type GalleryPort, type GalleryService, galleryFile, standInImages } from './src/gallery-file.ts'
import { killService } from './src/stand-in-image.ts'

/** Real files of different shapes. */
const galleryFiles = [
  'caddy/deploy.yaml', // no `as`
  'n8n/deploy.yml', // host names of its own, storage as a list
  'keycloak-iam/deploy.yaml', // arguments and environment
  'gogs/deploy.yaml', // SSH beside HTTP, a volume
  'litellm/deploy.yaml', // a database with a volume, a configuration written by its command
  'phoenix/deploy.yaml', // one port for everybody and for a service, images by digest
  'jitsi-meet/deploy.yaml', // four services, one public port beside the web
  'n8n/deploy-with-postgres.yml', // host names beside a database with a volume
  'supabase/deploy.yaml', // six services that wait for one another
  'micro-services-example/deploy.yaml', // ten services
  'softether-vpn/deploy.yaml', // three UDP ports beside four of TCP
].map((name) => join(galleryPath, name))

const ownFiles = ['two-ports', 'udp-beside-tcp'].map((name) =>
  join(repository, 'e2e/fixtures', `${name}.sdl.yaml`),
)

type Lease = Pick<LeaseStatus, 'leaseId' | 'services' | 'endpoints'>

describeWith(['docker', 'gallery'])('Akash SDL files of the gallery with their images swapped', () => {
  test('every service, port and volume comes up, and each lease is paid and refunded', async () => {
    await comeUp(galleryFiles)
  }, 1_500_000)
})

describeWith('docker')('Akash SDL files of our own with their images swapped', () => {
  test('every service and port comes up, and each lease is paid and refunded', async () => {
    await comeUp(ownFiles)
  }, 600_000)
})

/** Deploys each file, looks at everything that it asks for, and closes it. */
async function comeUp(paths: readonly string[]): Promise<void> {
  await using data = await temporaryDir()
  // Ten services at half a core each idle well on two.
  const env = { SUBLET_CPU_OFFER_PERCENT: '1000' }
  await using up = await startUp({ dataDir: data.path, port: await freeBasePort(), env })
  for (const [index, path] of paths.entries()) {
    const file = galleryFile(await readFile(path, 'utf8'), `file-${index}`)
    await using _images = await standInImages(file)
    const swapped = join(data.path, `gallery-${index}.yaml`)
    await writeFile(swapped, file.source)

    // A provider gives a machine back once the container before has stopped.
    await eventually('the machine is free', async () => {
      const status = await up.run(['provider', 'status', '--json'])
      return status.json<{ used: { cpuMillis: number } }>().used.cpuMillis === 0 ? true : undefined
    })
    const deployed = await up.run(['deploy', swapped, '--json'])
    expect(deployed.exitCode, `${path}: ${deployed.stdout}${deployed.stderr}`).toBe(0)
    const { id } = deployed.json<{ id: string }>()
    const lease = await leaseOf(up, id)
    expect(lease.services.map(({ name }) => name).sort(), path).toEqual(
      file.services.map(({ name }) => name).sort(),
    )
    expect(
      lease.services.filter(({ ready, replicas }) => ready < replicas),
      path,
    ).toEqual([])
    await answersEverywhere(up, id, lease, file.services)
    await keepsItsVolumes(up, id, lease, file.services)

    const closed = await up.run(['close', id, '--json'])
    expect(closed.exitCode, closed.stdout + closed.stderr).toBe(0)
    const settled = closed.json<{ groups: { lease: { refunded: string } }[] }>().groups[0]?.lease
    expect(BigInt(settled?.refunded ?? 0)).toBeGreaterThan(0n)
  }
}

async function leaseOf(up: UpProcess, id: string): Promise<Lease> {
  const listed = (await up.run(['ps', '--json'])).json<Pick<Deployment, 'id' | 'groups'>[]>()
  const lease = listed.find((one) => one.id === id)?.groups[0]?.lease
  if (lease === undefined) throw new Error(`${id} has no lease`)
  return lease
}

/** Every public port at its URL, and every TCP port by its service's name from within, under each of its numbers. */
async function answersEverywhere(up: UpProcess, id: string, lease: Lease, services: GalleryService[]) {
  for (const { name, image, ports } of services) {
    for (const { port, protocol } of ports.filter(({ isPublic }) => isPublic)) {
      const endpoint = lease.endpoints.find(
        (one) =>
          one.service === name && one.port === port && (one.protocol === 'udp') === (protocol === 'udp'),
      )
      expect(endpoint, `${name}:${port} is public`).toBeDefined()
      const { url = '' } = endpoint ?? {}
      if (protocol === 'udp') {
        const said = await eventually(`an answer of ${url}`, () => askByDatagram(url, 'hello'))
        expect(said).toBe(`stand-in for ${image}: hello`)
        continue
      }
      // A port other than 80 is plain TCP on Akash, and so it is here.
      const asked = url.replace(/^tcp:/, 'http:')
      const answer = await eventually(`an answer of ${asked}`, () => askEndpoint(asked))
      expect(answer.body).toContain(`stand-in for ${image}`)
    }
  }
  // Another number is for the others, so the first is asked by the second, and all by the first.
  const [first, second] = services
  if (first === undefined) throw new Error('there is no service')
  const placesOf = (of: GalleryService, numbersOf: (port: GalleryPort) => number[]) =>
    [...new Set(of.ports.filter(({ protocol }) => protocol === 'tcp').flatMap(numbersOf))].map((number) => ({
      place: `${of.name}:${number}`,
      image: of.image,
    }))
  const both = ({ port, as }: GalleryPort) => [port, as]
  await asks(up, { id, service: first.name }, [
    ...placesOf(first, ({ port }) => [port]),
    ...services.slice(1).flatMap((other) => placesOf(other, both)),
  ])
  if (second !== undefined) await asks(up, { id, service: second.name }, placesOf(first, both))
}

/** Asks each place from within a service, and expects the stand-in that is there. */
async function asks(
  up: UpProcess,
  from: { id: string; service: string },
  asked: { place: string; image: string }[],
): Promise<void> {
  if (asked.length === 0) return
  const places = asked.map(({ place }) => place).join(' ')
  const said = await inside(
    up,
    from,
    `for at in ${places}; do echo "$at $(busybox wget -qO- http://$at/)"; done`,
  )
  expect(said.trim().split('\n')).toEqual(asked.map(({ place, image }) => `${place} stand-in for ${image}`))
}

/** Every volume is mounted where the file says, can be written, and outlives the program. */
async function keepsItsVolumes(up: UpProcess, id: string, { leaseId }: Lease, services: GalleryService[]) {
  const holding = services.filter(({ mounts }) => mounts.length > 0)
  for (const { name, mounts } of holding) {
    const write = mounts.map(
      (path) => `busybox grep -q " ${path} " /proc/mounts && echo "kept by ${name}" > ${path}/a-sign`,
    )
    await inside(up, { id, service: name }, write.join(' && '))
    await killService(leaseId, name)
  }
  await eventually('every service runs again', async () => {
    const { services: now } = await leaseOf(up, id)
    const again = holding.every(({ name }) =>
      now.some((one) => one.name === name && one.restarts > 0 && one.ready === one.replicas),
    )
    return again || undefined
  })
  for (const { name, mounts } of holding) {
    const said = await inside(
      up,
      { id, service: name },
      mounts.map((path) => `cat ${path}/a-sign`).join('; '),
    )
    expect(said.trim().split('\n')).toEqual(mounts.map(() => `kept by ${name}`))
  }
}

/** What a script says that runs in a service. */
async function inside(up: UpProcess, at: { id: string; service: string }, script: string): Promise<string> {
  const command = ['/bin/busybox', 'sh', '-c', `busybox() { /bin/busybox "$@"; }; ${script}`]
  const { exitCode, stdout, stderr } = await up.run(['exec', at.id, '-s', at.service, '--', ...command])
  expect(exitCode, `${at.service}: ${script}\n${stdout}${stderr}`).toBe(0)
  return stdout
}
