import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { providerConfigSchema } from '../config.ts'
import { openRuntime } from '../runtime/open-runtime.ts'
import type { Owner, Runtime } from '../runtime/runtime.ts'
import { groupOf, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

/** A runtime whose instances are made when the test says so. */
function held(runtime: Runtime) {
  let letGo: () => void = () => undefined
  let begin: (owner: Owner) => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const begun = new Promise<Owner>((resolve) => {
    begin = resolve
  })
  let pending = 0
  let clearedTooSoon = false
  const instead: Partial<Runtime> = {
    async create(spec) {
      begin(spec.owner)
      pending += 1
      try {
        await gate
        return await runtime.create(spec)
      } finally {
        pending -= 1
      }
    },
    async removeLease(...lease) {
      clearedTooSoon ||= pending > 0
      await runtime.removeLease(...lease)
    },
  }
  return {
    begun,
    letGo: () => letGo(),
    clearedTooSoon: () => clearedTooSoon,
    runtime: new Proxy(runtime, { get: (of, name) => Reflect.get(name in instead ? instead : of, name) }),
  }
}

describeWith('postgres')('a lease that ends while an instance is being made', () => {
  test('waits for it, and leaves nothing of it', async () => {
    await using network = await startTestNetwork()
    const { tenant, options, log } = network
    const host = await openRuntime({
      config: providerConfigSchema.parse({ dataDir: options.dataDir, runtime: 'host' }),
      env: process.env,
      platform: process.platform,
      ownMachine: true,
      log,
      now: Date.now,
    })
    const slow = held(host)
    // No reconciler comes to help.
    await network.start({ reconcileEveryMs: 600_000 }, { runtime: slow.runtime })
    const leaseId = await tenant.rent(
      groupOf(serviceOf({ env: [{ name: 'PORT', value: '0' }], stopGraceMs: 0 })),
    )
    const owner = await slow.begun
    await tenant.provider.close(leaseId)
    slow.letGo()
    await tenant.until(leaseId, ({ phase }) => phase === 'lapsed')
    expect(slow.clearedTooSoon()).toBe(false)
    expect(await host.list(owner, leaseId)).toEqual([])
  })
})
