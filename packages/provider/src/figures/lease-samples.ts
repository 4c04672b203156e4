import { isSubletError, type LeaseSample } from '@sublet/protocol'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import type { Sleep } from '../lease/patience.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { GpuFigures } from './gpu-figures.ts'
import { type Measured, sampleOf } from './sample-of.ts'

export interface LeaseSamplesParts {
  runner: LeaseRunner
  runtime: Pick<Runtime, 'usage'>
  gpus: GpuFigures
  now: () => number
  sleep: Sleep
}

/** A single sample needs two measurings, so far apart. */
const firstPauseMs = 500

/** Samples of a lease's running instances at a beat, until the lease ends; a single one without `follow`. */
export async function* leaseSamples(
  { runner, runtime, gpus, now, sleep }: LeaseSamplesParts,
  { follow, intervalMs, signal }: { follow: boolean; intervalMs: number; signal: AbortSignal },
): AsyncGenerator<LeaseSample> {
  let before = new Map<string, Measured>()

  async function measure(): Promise<Map<string, Measured>> {
    const services = runner.record.manifest?.group.services ?? []
    const ids = services.flatMap(({ name }) => runner.instances(name).map(({ id }) => id))
    const measured = await Promise.all(
      ids.map(async (id): Promise<[string, Measured][]> => {
        try {
          return [[id, { usage: await runtime.usage(id), atMs: now() }]]
        } catch (error) {
          // It ended a moment ago.
          if (isSubletError(error, 'runtime.failed')) return []
          throw error
        }
      }),
    )
    return new Map(measured.flat())
  }

  async function sample(): Promise<LeaseSample> {
    const services = runner.record.manifest?.group.services ?? []
    const after = await measure()
    const instances = await Promise.all(
      services.flatMap((service) =>
        runner.instances(service.name).flatMap(({ id, replica }) => {
          const measured = after.get(id)
          if (measured === undefined) return []
          const ids = runner.record.allocation.gpus[service.name]?.[replica] ?? []
          return [
            gpus
              .of(ids)
              .then((figures) =>
                sampleOf(service, replica, { before: before.get(id), after: measured }, figures),
              ),
          ]
        }),
      ),
    )
    before = after
    return {
      atMs: now(),
      instances: instances.sort((a, b) => a.service.localeCompare(b.service) || a.replica - b.replica),
    }
  }

  const over = new AbortController()
  void runner.done.then(() => over.abort())
  const until = AbortSignal.any([signal, over.signal])
  before = await measure()
  await sleep(Math.min(firstPauseMs, intervalMs), until).catch(() => undefined)
  while (!until.aborted && runner.record.status.phase !== 'closing') {
    yield await sample()
    if (!follow) return
    await sleep(intervalMs, until).catch(() => undefined)
  }
}
