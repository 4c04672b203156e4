import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { groupOf, serviceOf } from '../testing/groups.ts'
import { startRegistry } from '../testing/registry.ts'
import { startTestNetwork } from '../testing/test-network.ts'

describeWith(['docker', 'postgres'])('an image on its way', () => {
  test('is seen by the tenant byte by byte, through the tunnel, while it comes', async () => {
    let hurry: (value?: unknown) => void = () => {}
    const hurried = new Promise((resolve) => {
      hurry = resolve
    })
    await using registry = await startRegistry('team/large', undefined, hurried)
    const image = `${registry.host}/team/large:1`
    await using network = await startTestNetwork()
    await network.start({ runtime: 'docker' })
    const { tenant } = network
    const { docker } = await connectDocker({ env: process.env, platform: process.platform })
    try {
      const leaseId = await tenant.rent(groupOf(serviceOf({ image, command: ['/bin/sleep', '1000000'] })))
      const pulling: { doneBytes: number; totalBytes: number }[] = []
      for await (const event of tenant.provider.timeline(leaseId, { follow: true })) {
        if (event.reason === 'pulled') break
        if (event.reason !== 'pulling' || event.image !== image) continue
        const { doneBytes = -1, totalBytes = -1 } = event
        pulling.push({ doneBytes, totalBytes })
        if (doneBytes === 0 || doneBytes >= totalBytes) continue
        // Half of it has come: it is still on its way, and the lease's status says so too.
        const status = await tenant.provider.lease(leaseId)
        expect(status).toMatchObject({ phase: 'pulling', message: expect.stringContaining('Pulling') })
        hurry()
      }
      expect(pulling.some(({ doneBytes, totalBytes }) => doneBytes > 0 && doneBytes < totalBytes)).toBe(true)
      const done = pulling.map(({ doneBytes }) => doneBytes)
      expect(done).toEqual([...done].sort((a, b) => a - b))
      const active = await tenant.until(leaseId, ({ phase }) => phase === 'active' || phase === 'lapsed')
      expect(active.phase).toBe('active')
      const opening = await tenant.chain.leaseOpening(leaseId)
      if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
      await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    } finally {
      hurry()
      await docker
        .getImage(image)
        .remove({ force: true })
        .catch(() => undefined)
    }
  })
})
