import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { askEndpoint } from './src/ask-endpoint.ts'
import { standInImage } from './src/stand-in-image.ts'
import { eventually, freeBasePort, repository, startUp, temporaryDir } from './src/sublet-process.ts'

const gallery = join(repository, '../shared/vectors/akash/input/awesome')

/** Ten real files of different shapes. */
const galleryFiles = [
  'grafana/deploy.yaml', // exposed as 80, placement attribute, auditor
  'json-server/deploy.yaml', // arguments, half a core
  'caddy/deploy.yaml', // no `as`
  'hashicorp-vault/deploy.yaml', // environment
  'n8n/deploy.yml', // host names of its own, storage as a list
  'libretranslate/deploy.yaml', // persistent storage with a mount
  'memos/deploy.yaml', // a port other than 80
  'keycloak-iam/deploy.yaml', // arguments and environment
  'gogs/deploy.yaml', // SSH beside HTTP, two volumes
  'ghost/deploy-ipfs.yaml', // host names and environment
].map((name) => join(gallery, name))

const ownFiles = ['fixtures/one-service.sdl.yaml', 'fixtures/two-ports.sdl.yaml'].map((name) =>
  join(repository, 'e2e', name),
)

interface Sdl {
  services: Record<string, { image: string; expose?: { port: number; proto?: string }[] }>
}

describeWith('docker')('Akash SDL files as they are', () => {
  test('each comes up, answers at its URL, and is paid and refunded', async () => {
    await using data = await temporaryDir()
    await using up = await startUp({ dataDir: data.path, port: await freeBasePort(), args: [] })
    // A checkout elsewhere has no gallery beside it; the project's own two files stand in for it there.
    for (const file of existsSync(gallery) ? galleryFiles : ownFiles) {
      const sdl = load(await readFile(file, 'utf8')) as Sdl
      const [service] = Object.values(sdl.services)
      if (service === undefined) throw new Error(`${file} has no service`)
      const ports = (service.expose ?? []).filter((one) => one.proto !== 'udp').map((one) => one.port)
      await using _image = await standInImage(service.image, ports)

      // A provider gives a machine back once the container before has stopped.
      await eventually('the machine is free', async () => {
        const status = await up.run(['provider', 'status', '--json'])
        return status.json<{ used: { cpuMillis: number } }>().used.cpuMillis === 0 ? true : undefined
      })
      const deployed = await up.run(['deploy', file, '--json'])
      expect(deployed.exitCode, `${file}: ${deployed.stdout}${deployed.stderr}`).toBe(0)
      const deployment = deployed.json<{
        id: string
        groups: { lease: { endpoints: { url: string }[] } }[]
      }>()
      // A port other than 80 is plain TCP on Akash, and so it is here.
      const endpoints = deployment.groups[0]?.lease.endpoints ?? []
      const url = endpoints.at(-1)?.url.replace(/^tcp:/, 'http:') ?? ''
      const answer = await eventually(`an answer of ${file}`, () => askEndpoint(url))
      expect(answer.body).toContain(`stand-in for ${service.image}`)

      const closed = await up.run(['close', deployment.id, '--json'])
      expect(closed.exitCode, closed.stdout + closed.stderr).toBe(0)
      const lease = closed.json<{ groups: { lease: { paid: string; refunded: string } }[] }>().groups[0]
        ?.lease
      expect(BigInt(lease?.refunded ?? 0)).toBeGreaterThan(0n)
    }
  }, 600_000)
})
