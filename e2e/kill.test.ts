import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { askEndpoint } from './src/ask-endpoint.ts'
import { leaseContainers } from './src/stand-in-image.ts'
import {
  eventually,
  freeBasePort,
  startUp,
  sublet,
  temporaryDir,
  type UpReport,
} from './src/sublet-process.ts'

interface Listed {
  id: string
  name: string
  phase: string
  groups: { leaseId?: string; lease?: { phase: string; endpoints: { url: string }[]; openedAt?: number } }[]
}

/** A small seeded generator, so that a failing round can be run again. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const rounds = 20

describeWith('docker')('kill -9 of the whole network', () => {
  test(`${rounds} times at random moments: nothing is lost, paid twice, restarted or left behind`, async () => {
    await using data = await temporaryDir()
    const port = await freeBasePort()
    const seed = Number(process.env.SUBLET_TEST_SEED ?? Date.now() % 1_000_000)
    process.stdout.write(`kill test with SUBLET_TEST_SEED=${seed}\n`)
    const random = seeded(seed)
    // One lease that must live through everything.
    let up = await startUp({ dataDir: data.path, port, args: ['--deploy', 'examples/hello.yaml'] })
    await using _last = { [Symbol.asyncDispose]: async () => void (await up.stop()) }
    const kept = keptLease(up.report)
    const ours = () => leaseContainers(kept.provider)
    const containerOf = async () => (await ours()).find((one) => one.Labels['sublet.lease'] === kept.leaseId)
    const container = await containerOf()
    expect(container?.State).toBe('running')

    for (let round = 0; round < rounds; round++) {
      // Something is under way: a deployment coming up or another one closing.
      const work = up.run(['deploy', 'examples/hello.yaml', '--json']).then(async (result) => {
        if (result.exitCode === 0) await up.run(['close', result.json<{ id: string }>().id, '--json'])
      })
      await new Promise((resolve) => setTimeout(resolve, random() * 2500))
      await up.kill9()
      await work.catch(() => undefined)
      up = await startUp({ dataDir: data.path, port, args: [] })

      const now = await containerOf()
      expect(now?.Id, `round ${round}: the running container is adopted`).toBe(container?.Id)
      expect(now?.State).toBe('running')
      const answer = await eventually(`round ${round}: the adopted lease answers`, () =>
        askEndpoint(kept.url),
      )
      expect(answer.status).toBe(200)
    }

    // What was under way at a kill comes to an end of its own: running or ended, never between.
    const settled = await eventually(
      'every deployment has settled',
      async () => {
        const listed = (await up.run(['ps', '--all', '--json'])).json<Listed[]>()
        return listed.every((one) => ['running', 'closed', 'failed'].includes(one.phase)) ? listed : undefined
      },
      90_000,
    )
    const live = settled
      .filter((one) => one.phase === 'running')
      .flatMap((one) => one.groups.map((group) => group.leaseId))
    expect(live).toContain(kept.leaseId)
    expect(new Set(live).size).toBe(live.length)

    // Every container belongs to a live lease and every live lease has its container.
    await eventually('containers and leases agree', async () => {
      const owners = (await ours()).map((one) => one.Labels['sublet.lease'] ?? '')
      return JSON.stringify(owners.toSorted()) === JSON.stringify(live.toSorted()) ? true : undefined
    })

    const exitCode = await up.stop()
    expect(exitCode).toBe(0)
    expect(await ours()).toEqual([])
    const after = await sublet(['ps', '--data', data.path])
    expect(after.exitCode).not.toBe(0)
  }, 900_000)
})

function keptLease(report: UpReport): { leaseId: string; provider: string; url: string } {
  const group = report.deployment?.groups[0]
  const url = group?.lease.endpoints[0]?.url
  if (group === undefined || url === undefined) throw new Error(`no lease: ${JSON.stringify(report)}`)
  return { leaseId: group.leaseId, provider: group.lease.provider, url }
}
