import { logBlockOf } from '@sublet/protocol'
import { expect, test } from 'vitest'
import type { LogRequest, Runtime } from '../runtime/runtime.ts'
import { sleep } from '../sleep.ts'
import { leaseLogs } from './lease-logs.ts'
import type { LeaseRunner } from './lease-runner.ts'

/** A lease of two services, of which each says one line when it begins, and nothing more until it ends. */
function createLease() {
  const outputs: { id: string; service: string; replica: number; over: boolean }[] = []
  const ends = new Map<string, () => void>()
  let end: () => void = () => {}
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  const services = ['first', 'second'].map((name) => ({ name, replicas: 1, ready: 1, restarts: 0 }))
  const record = { status: { phase: 'active', services } }
  const runtime = {
    async *logs(id: string, { signal }: LogRequest) {
      yield logBlockOf([{ stream: 'stdout', atMs: 1, text: `${id} is up` }])
      await new Promise<void>((resolve) => {
        ends.set(id, resolve)
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
  return {
    runner: { record, done, outputs: () => outputs } as unknown as LeaseRunner,
    runtime: runtime as unknown as Runtime,
    start(service: string) {
      outputs.push({ id: service, service, replica: 0, over: false })
    },
    end() {
      record.status.phase = 'closing'
      for (const output of outputs) output.over = true
      for (const finish of ends.values()) finish()
      end()
    },
  }
}

function followed({ runner, runtime }: ReturnType<typeof createLease>, signal: AbortSignal) {
  const batches = leaseLogs(runner, runtime, { follow: true, signal }, sleep)
  return async () => {
    const next = await batches.next()
    return next.done === true ? 'the end' : next.value.block.texts().join()
  }
}

test('takes in a service that starts later, and ends with the lease', async () => {
  const lease = createLease()
  lease.start('first')
  const next = followed(lease, new AbortController().signal)
  expect(await next()).toBe('first is up')
  lease.start('second')
  expect(await next()).toBe('second is up')
  const last = next()
  lease.end()
  expect(await last).toBe('the end')
})

test('ends when told to, also while nothing is said', async () => {
  const lease = createLease()
  lease.start('first')
  lease.start('second')
  const stop = new AbortController()
  const next = followed(lease, stop.signal)
  expect([await next(), await next()].sort()).toEqual(['first is up', 'second is up'])
  const last = next()
  stop.abort()
  expect(await last).toBe('the end')
})
