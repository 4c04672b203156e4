import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import {
  eventually,
  freeBasePort,
  startLong,
  startUp,
  sublet,
  temporaryDir,
} from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { askEndpoint } from './src/ask-endpoint.ts'
import { docker } from './src/stand-in-image.ts'

interface Status {
  address: string
  runtime: string
  indexers: { connected: boolean }[]
  leases: { leaseId: string; phase: string }[]
}

interface Listed {
  phase: string
  groups: { lease: { leaseId: string; provider: string; endpoints: { url: string }[] } }[]
}

describeWith('docker')('a second machine', () => {
  test('is looked at, joins a running network by its join.json, and is rented there', async () => {
    await using networks = await temporaryDir()
    await using mine = await temporaryDir()
    await using up = await startUp({ dataDir: networks.path, port: await freeBasePort(), args: [] })
    const network = join(networks.path, 'join.json')
    const env = { SUBLET_SUBNET_POOL: '10.228.0.0/16', SUBLET_RESERVED_STORAGE_BYTES: '0' }
    const provider = (name: string, ...args: string[]) =>
      sublet(['provider', name, '--data', mine.path, '--json', ...args], { env })

    const early = await provider('start', '--network', network)
    expect(early.exitCode).not.toBe(0)
    expect(early.json<{ hint: string }>().hint).toContain('sublet provider init')

    const init = await provider('init', '--region', 'stranger', '--network', network)
    const looked = init.json<{ written: boolean; prices: unknown[]; report: { findings: unknown[] } }>()
    expect(looked.written).toBe(true)
    expect(looked.prices.length).toBeGreaterThan(0)
    expect(looked).not.toHaveProperty('marketProblem')
    // What was settled once stays.
    expect((await provider('init')).json<{ written: boolean }>().written).toBe(false)

    await using live = await startLong<Status>(
      ['provider', 'start', '--data', mine.path, '--json', '--network', network],
      { env, timeoutMs: 120_000 },
    )
    expect(live.report).toMatchObject({ runtime: 'docker', indexers: [{ connected: true }], leases: [] })
    const { address } = live.report

    const file = join(mine.path, 'app.yaml')
    await writeFile(
      file,
      'name: far\nimage: sublet.local/hello:1\nport: 8080\ncpu: 0.1\nmemory: 64Mi\nplacement: { region: stranger }\n',
    )
    await eventually('it is on the market', async () => {
      const market = (await up.run(['market', '--region', 'stranger', '--json'])).json<{ asks: unknown[] }>()
      return market.asks.length === 1 ? true : undefined
    })
    const deployed = (await up.run(['deploy', file, '--json'])).json<Listed>()
    const lease = deployed.groups[0]?.lease
    expect(lease?.provider.toLowerCase()).toBe(address.toLowerCase())
    expect((await askEndpoint(lease?.endpoints[0]?.url ?? '')).status).toBe(200)
    const status = (await provider('status')).json<Status>()
    expect(status.leases).toMatchObject([{ leaseId: lease?.leaseId, phase: 'active' }])

    expect((await up.run(['close', 'far', '--json'])).exitCode).toBe(0)
    await eventually('the provider has let go', async () => {
      const { leases } = (await provider('status')).json<Status>()
      return leases.every(({ phase }) => phase === 'closed') ? true : undefined
    })
    expect(await live.stop()).toBe(0)
    // Nothing of it is left running on a machine that it has no lease on.
    const left = await docker.listNetworks({
      filters: { label: [`sublet.provider=${address.toLowerCase()}`] },
    })
    expect(left).toEqual([])
    // Two networks come up and a dozen commands run, each a process of its own.
  }, 300_000)
})
