import { dollars, isSubletError, leaseStatusSchema, perHour } from '@sublet/protocol'
import type { Command } from 'commander'
import pico from 'picocolors'
import { z } from 'zod'
import type { ControllerClient } from '../controller/client.ts'
import { table } from '../output/output.ts'
import { onScreen, pause } from '../screen/live-screen.ts'
import { followUsage, type LeaseUsage, lookOnce } from '../usage/lease-usage.ts'
import { renderTop } from '../usage/render-top.ts'
import { usageWords } from '../usage/usage-words.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { costOf } from './ps.ts'

const beatMs = 2000

export function addTop(program: Command): void {
  program.command('top').action(async (_options: unknown, command: Command) => {
    const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
    const client = await controller()
    if (!output.json && process.stdout.isTTY) return watchTop(client)
    const usage = await lookOnce(client)
    output.result(usage.map(asJson), () => describe(usage, Date.now()))
  })
}

async function watchTop(client: ControllerClient): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const book = followUsage(client, beatMs, stop.signal)
  await book.refresh()
  let stale: string | undefined
  const frame = (size: { columns: number; rows: number }) =>
    renderTop({ ...size, usage: book.usage(), nowMs: Date.now(), colors: pico.isColorSupported, stale })
  await onScreen({ input: process.stdin, output: process.stdout, stop, frame }, async (draw) => {
    while (!stop.signal.aborted) {
      await pause(beatMs / 2, stop.signal)
      stale = await book.refresh().then(
        () => undefined,
        (error: unknown) => {
          if (isSubletError(error)) return error.message
          throw error
        },
      )
      if (!stop.signal.aborted) draw()
    }
  })
}

function asJson({ deployment, lease, sample, problem }: LeaseUsage) {
  return { deployment, lease: z.encode(leaseStatusSchema, lease), sample, problem }
}

/** For where nothing can be redrawn. */
function describe(usage: readonly LeaseUsage[], nowMs: number): string {
  if (usage.length === 0) return 'Nothing runs. Start something with `sublet deploy FILE`.'
  const rows = usage.flatMap(({ deployment, lease, sample, problem }) => {
    const of = [deployment, lease.leaseId.slice(0, 12)]
    const money = [perHour(lease.ratePerHour), dollars(costOf(lease, nowMs))]
    if (sample === undefined) return [[...of, problem ?? lease.phase, '', '', '', '', '', ...money]]
    return usageWords(sample).map(({ instance, cores, memory, network, disk, gpu }) => [
      ...of,
      instance,
      cores,
      memory,
      network,
      disk,
      gpu,
      ...money,
    ])
  })
  return table(
    ['NAME', 'LEASE', 'INSTANCE', 'CORES', 'MEMORY', 'NETWORK', 'DISK I/O', 'GPU', 'RATE', 'COST SO FAR'],
    rows,
  )
}
