import { randomBytes } from 'node:crypto'
import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import type Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { label } from '../runtime/docker/labels.ts'
import { groupOf, serviceOf } from '../testing/groups.ts'
import { startRegistry, type TestRegistry } from '../testing/registry.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'
import type { Tenant } from '../testing/test-tenant.ts'

const ownImage = `sublet-test/own-${randomBytes(4).toString('hex')}`

describeWith(['docker', 'postgres'])('images that the owner of the machine has', () => {
  let network: TestNetwork
  let registry: TestRegistry
  let docker: Docker
  let tag: string
  beforeAll(async () => {
    registry = await startRegistry('team/app')
    tag = `${registry.host}/team/app:1`
    docker = (await connectDocker({ env: process.env, platform: process.platform })).docker
    network = await startTestNetwork()
    const owners = (await network.neighbour()).address
    await network.start({ runtime: 'docker', ownTenants: [owners] })
    // Something else under the name that the registry has as well, and something that no registry has.
    const own = docker.getImage('sublet.local/hello:1')
    await eventually('the bundled image is there', () => own.inspect())
    await own.tag({ repo: `${registry.host}/team/app`, tag: '1' })
    await own.tag({ repo: ownImage, tag: '1' })
  })
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
    await registry?.[Symbol.asyncDispose]()
    for (const { RepoTags, RepoDigests } of await docker.listImages()) {
      for (const name of [...(RepoTags ?? []), ...(RepoDigests ?? [])]) {
        if (name.startsWith(registry.host) || name.startsWith(ownImage)) await docker.getImage(name).remove()
      }
    }
  })

  /** Rents a service that stays up, and says how that went and what its container was made of. */
  async function rent(tenant: Tenant, image: string, command: string[]) {
    const leaseId = await tenant.rent(groupOf(serviceOf({ image, command })))
    const status = await tenant.until(leaseId, ({ phase }) => phase === 'active' || phase === 'lapsed')
    const filters = { label: [`${label.lease}=${leaseId}`] }
    const [container] = await docker.listContainers({ all: true, filters })
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) {
      await tenant.chain.closeLease(opening.agreement)
      await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    }
    return { status, image: container?.Image }
  }
  const stayUp = ['/usr/local/bin/node', '-e', 'setInterval(() => {}, 1000)']

  test('are for the owner’s own tenants, and no stranger gets or sees them', async () => {
    const own = await rent(await network.neighbour(), `${ownImage}:1`, stayUp)
    expect(own).toMatchObject({ status: { phase: 'active' }, image: `${ownImage}:1` })
    const strange = await rent(network.tenant, `${ownImage}:1`, stayUp)
    expect(strange.status).toMatchObject({ phase: 'lapsed', endReason: 'image-unavailable' })
  })

  test('leave their name to the registry’s image for strangers, and keep it', async () => {
    const { Id: before } = await docker.getImage(tag).inspect()
    const strange = await rent(network.tenant, tag, ['/bin/sleep', '1000000'])
    const { digest } = strange.status.services[0] ?? {}
    expect(strange).toMatchObject({
      status: { phase: 'active' },
      image: tag.replace(/:1$/, `@${digest}`),
    })
    expect((await docker.getImage(tag).inspect()).Id).toBe(before)
    const own = await rent(await network.neighbour(), tag, stayUp)
    expect(own).toMatchObject({ status: { phase: 'active' }, image: tag })
  })
})
