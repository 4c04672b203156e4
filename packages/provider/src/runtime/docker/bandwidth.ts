import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SubletError } from '@sublet/protocol'

/** The kernel lets through so much at once; less than one beat of its clock would never reach the rate. */
const leastBurstBytes = 128 * 1024
const burstsPerSecond = 50

/**
 * Holds leases to their share of the network, by queues on devices that go with what they limit: on a lease's bridge
 * for what comes in from outside, on a container's own end for what it sends.
 */
export interface Bandwidth {
  /** What a lease receives. Traffic between its own services is free. */
  limitBridge(bridge: string): Promise<void>
  /** What a container sends; anew at each start. */
  limitContainer(pid: number): Promise<void>
}

/** A queue's parameters for `tc`, for so many megabits a second. */
export function queueFor(megabits: number): string[] {
  const bytesPerSecond = (megabits * 1_000_000) / 8
  const burst = Math.max(leastBurstBytes, Math.ceil(bytesPerSecond / burstsPerSecond))
  return ['tbf', 'rate', `${megabits}mbit`, 'burst', `${burst}b`, 'latency', '50ms']
}

const queueOn = (device: string, megabits: number) => [
  ...['qdisc', 'replace', 'dev', device, 'root'],
  ...queueFor(megabits),
]

export function createBandwidth(megabits: number): Bandwidth {
  const limited = new Set<string>()
  return {
    async limitBridge(bridge) {
      if (limited.has(bridge)) return
      await run('tc', queueOn(bridge, megabits))
      limited.add(bridge)
    },
    async limitContainer(pid) {
      // Engines call a container's one interface so.
      await run('nsenter', ['--target', String(pid), '--net', 'tc', ...queueOn('eth0', megabits)])
    },
  }
}

/**
 * What a lease gets of a link of so many megabits a second where its owner has not said: half, so that no lease alone
 * cuts off the others, the provider and its owner. Undefined where the link's speed is not known.
 */
export function shareOfLink(linkMegabits: number | undefined): number | undefined {
  return linkMegabits === undefined ? undefined : Math.max(1, Math.floor(linkMegabits / 2))
}

/** Why bandwidth cannot be limited here; undefined where it can. */
export async function bandwidthObstacle(): Promise<string | undefined> {
  try {
    // In a network of its own, of which nothing stays.
    await run('unshare', ['--net', 'tc', ...queueOn('lo', 1)])
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(program, args).catch((cause: Error & { stderr?: string }) => {
    const said = (cause.stderr?.trim() || cause.message).split('\n')[0]
    throw new SubletError('runtime.failed', `A lease’s bandwidth cannot be limited: ${said}.`, {
      hint: 'Run the provider as root with iproute2 installed, on a kernel with the queue tbf.',
      cause,
    })
  })
}
