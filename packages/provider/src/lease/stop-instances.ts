import type { Service } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Instance, Runtime } from '../runtime/runtime.ts'
import { runBeforeStop } from './before-stop.ts'
import type { Sleep } from './patience.ts'

const defaultGraceMs = 10_000

/** Stops what runs of a lease, each service in its own way. Output can be read still. */
export async function stopInstances(parts: {
  runtime: Runtime
  instances: readonly Instance[]
  services: readonly Pick<Service, 'name' | 'stopGraceMs' | 'beforeStop'>[]
  /** Run what each service asked for before its stop. */
  letSave: boolean
  sleep: Sleep
  log: Log
}): Promise<void> {
  const { runtime, instances, services, letSave, sleep, log } = parts
  await Promise.all(
    instances.map(async ({ id, owner, state }) => {
      if (state !== 'running') return
      const service = services.find(({ name }) => name === owner.service)
      if (letSave && service !== undefined)
        await runBeforeStop({ runtime, instanceId: id, service, sleep, log })
      await runtime.stop(id, service?.stopGraceMs ?? defaultGraceMs)
    }),
  )
}
