import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { providerConfigSchema } from '../config.ts'
import { openRuntime } from '../runtime/open-runtime.ts'
import { endlessOutput } from '../testing/endless-output.ts'
import { groupOf, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

const mebibyte = 1024 * 1024
/** One stream's window of the tunnel, what TLS and both ends' sockets hold, and a few pieces on the way. */
const mostHeldBytes = 24 * mebibyte

describeWith('postgres')('output without an end', () => {
  test('is produced no faster than a slow reader takes it, and comes whole and in order', async () => {
    await using network = await startTestNetwork()
    const { tenant, options, log } = network
    const output = endlessOutput()
    const host = await openRuntime({
      config: providerConfigSchema.parse({ dataDir: options.dataDir, runtime: 'host' }),
      env: process.env,
      platform: process.platform,
      ownMachine: true,
      log,
      now: Date.now,
    })
    await network.start({}, { runtime: output.instead(host) })
    // Whatever port is free: this machine's own may be taken.
    const env = [{ name: 'PORT', value: '0' }]
    const leaseId = await tenant.rent(groupOf(serviceOf({ env, stopGraceMs: 0 })))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')

    const batches = tenant.provider.logBatches(leaseId, { follow: true })
    let pieces = 0
    let readBytes = 0
    const read = async () => {
      const { value = [] } = await batches.next()
      for (const { text } of value) {
        readBytes += text.length + 1
        if (!text.startsWith('x')) expect(Number(text.slice(0, 12))).toBe(pieces++)
      }
    }
    await read()
    await untilStill(output.producedBytes)
    expect(output.producedBytes() - readBytes).toBeLessThan(mostHeldBytes)
    // What was held back goes on as soon as it is read, and is held back again.
    while (readBytes < 2 * mostHeldBytes) await read()
    await untilStill(output.producedBytes)
    expect(output.producedBytes()).toBeGreaterThan(2 * mostHeldBytes)
    expect(output.producedBytes() - readBytes).toBeLessThan(mostHeldBytes)
    await batches.return(undefined)
  })
})

/** Until the value has stayed the same for half a second. */
async function untilStill(value: () => number): Promise<void> {
  for (let before = -1; before !== value(); ) {
    before = value()
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
