import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { afterEach, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'
import { queueFor } from './bandwidth.ts'

const bytes = 2_000_000
const leaseMegabits = 8
const burstBytes = 131_072
/** The kernel's clock and this process's may differ by so much. */
const clockShare = 0.98
/** What is sent to it first, and then as much of its own. */
const server = `require("net").createServer({ allowHalfOpen: true }, (socket) => {
  let got = 0
  socket.on("data", (chunk) => { got += chunk.length; if (got === ${bytes}) socket.write("got") })
  socket.on("end", () => socket.end(Buffer.alloc(${bytes})))
}).listen(8080)`

test('a queue lets through at least what passes between two beats of the kernel’s clock', () => {
  expect(queueFor(10)).toEqual(['tbf', 'rate', '10mbit', 'burst', '131072b', 'latency', '50ms'])
  expect(queueFor(1_000)).toContain('2500000b')
})

describeWith(['docker', 'traffic-control'])('what a lease sends and receives', () => {
  const engines: DockerUnderTest[] = []
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close()
  })

  /** Sends into a lease and out of it, and tells how long each took and what the kernel's queues say after. */
  async function exchange(limits: { leaseMegabits?: number }) {
    const engine = await openDockerUnderTest(
      limits.leaseMegabits ? '10.227.0.0/17' : '10.227.128.0/17',
      limits,
    )
    engines.push(engine)
    const id = await engine.run({ args: ['-e', server], ports: [8080] })
    const socket = await eventually('the server listens', () => engine.runtime.connect(id, 8080))
    const startedAt = performance.now()
    socket.write(Buffer.alloc(bytes))
    await once(socket, 'data')
    const gotAt = performance.now()
    socket.end()
    expect((await text(socket)).length).toBe(bytes)
    const endedAt = performance.now()
    const { State, NetworkSettings } = await engine.docker.getContainer(id).inspect()
    const [bridge = ''] = Object.keys(NetworkSettings.Networks)
    return {
      into: { tookMs: gotAt - startedAt, queue: await queueOf('tc', bridge) },
      out: { tookMs: endedAt - gotAt, queue: await queueOf('nsenter', 'eth0', State.Pid) },
    }
  }

  test('is held to the limit, both ways, and not below', async () => {
    const free = await exchange({})
    const limited = await exchange({ leaseMegabits })
    const bytesPerSecond = (leaseMegabits * 1_000_000) / 8
    for (const way of ['into', 'out'] as const) {
      expect(free[way].queue?.kind).not.toBe('tbf')
      const { queue, tookMs } = limited[way]
      // No machine is too fast for this: what exceeds the burst waits for the rate.
      expect(tookMs).toBeGreaterThan(((bytes - burstBytes) * 1000 * clockShare) / bytesPerSecond)
      // And nothing but the queue made it slow, which lets through exactly that rate.
      expect(queue).toMatchObject({ kind: 'tbf', options: { rate: bytesPerSecond, burst: burstBytes } })
      expect(queue?.bytes).toBeGreaterThan(bytes)
      expect(queue?.overlimits).toBeGreaterThan(0)
    }
  })
})

interface Queue {
  kind: string
  options: { rate?: number; burst?: number }
  bytes: number
  overlimits: number
}

/** The outermost queue of a device, on the machine or in a container's network. */
async function queueOf(program: 'tc' | 'nsenter', device: string, pid?: number): Promise<Queue | undefined> {
  const inside = pid === undefined ? [] : ['--target', String(pid), '--net', 'tc']
  const show = [...inside, '-s', '-j', 'qdisc', 'show', 'dev', device]
  const [queue] = JSON.parse((await promisify(execFile)(program, show)).stdout) as Queue[]
  return queue
}
