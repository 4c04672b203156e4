import type { Deployment } from '@sublet/protocol'
import { expect, test } from 'vitest'
import type { ControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { runJob } from './run.ts'

const progress = { update: () => {}, done: () => {}, failed: () => {} }
const output = { json: false, progress: () => progress } as unknown as Output
const job = { file: 'run.yaml', source: 'image: x\njob: true\n' }

/** A controller whose deployment goes on until it is closed, and then ends as `last` says. */
function aController(last: 'closed' | 'failed') {
  const closed: string[] = []
  let close: () => void = () => {}
  const untilClosed = new Promise<void>((resolve) => {
    close = resolve
  })
  const at = (phase: Deployment['phase']) => ({ id: 'x-1', name: 'x', phase, message: '', groups: [] })
  const client = {
    createDeployment: async () => at('ordering'),
    async *watchDeployment() {
      yield at('ordering')
      await untilClosed
      yield at(last)
    },
    async closeDeployment(id: string) {
      closed.push(id)
      close()
    },
  } as unknown as ControllerClient
  return { client, closed }
}

test.each(['closed', 'failed'] as const)(
  'a job that is interrupted while it is ordered is closed, and has not failed: %s',
  async (last) => {
    const { client, closed } = aController(last)
    const asking = new AbortController()
    asking.abort()
    const interruption = { signal: asking.signal, asked: Promise.resolve() }
    expect((await runJob(client, output, job, interruption)).phase).toBe(last)
    expect(closed).toEqual(['x-1'])
  },
)
