import { randomBytes } from 'node:crypto'
import type { Hex } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { Owner } from '../runtime.ts'
import { engineError, messageOf, unlessMissing, withEngine } from './docker-error.ts'
import { label, ownerFilter, ownerLabels } from './labels.ts'
import { freeSubnet } from './subnets.ts'

/** Bridges of leases start with this, so that one firewall rule covers them all. At most 15 characters fit. */
export const bridgePrefix = 'sblt'

export interface LeaseNetworks {
  /** The lease's own network; a spare one where there is one, for making one takes a tenth of a second. */
  claim(owner: Owner, leaseId: Hex): Promise<string>
  release(owner: Owner, leaseId: Hex): Promise<void>
  /** Sees to it that there are as many spares as are to be kept. */
  refill(owner: Owner): Promise<void>
  /** Removes the spares. */
  sweep(owner: Owner): Promise<void>
}

interface OwnerNetworks {
  claimed: Map<Hex, string>
  spares: string[]
}

export interface LeaseNetworksOptions {
  docker: Docker
  /** IPv4 range that subnets are cut from, such as `10.213.0.0/16`. */
  subnetPool: string
  spares: number
}

/**
 * Private networks, one for each lease. Who holds which is read off the containers themselves, so that nothing needs
 * to be written down: a network without containers is a spare.
 */
export function createLeaseNetworks({ docker, subnetPool, spares }: LeaseNetworksOptions): LeaseNetworks {
  const owners = new Map<string, Promise<OwnerNetworks>>()
  // One after the other: two makers would choose the same subnet.
  let making: Promise<unknown> = Promise.resolve()

  async function read(owner: Owner): Promise<OwnerNetworks> {
    return await withEngine('list networks', async () => {
      const filters = ownerFilter(owner)
      const [networks, containers] = await Promise.all([
        docker.listNetworks({ filters }),
        docker.listContainers({ all: true, filters }),
      ])
      const names = new Set(networks.map(({ Name }) => Name))
      const claimed = new Map<Hex, string>()
      for (const container of containers) {
        const leaseId = container.Labels[label.lease] as Hex | undefined
        for (const name of Object.keys(container.NetworkSettings?.Networks ?? {})) {
          if (leaseId !== undefined && names.has(name)) claimed.set(leaseId, name)
        }
      }
      const held = new Set(claimed.values())
      return { claimed, spares: [...names].filter((name) => !held.has(name)) }
    })
  }

  function networksOf(owner: Owner): Promise<OwnerNetworks> {
    const key = `${owner.network}/${owner.provider}`
    const known = owners.get(key)
    if (known !== undefined) return known
    const reading = read(owner)
    owners.set(key, reading)
    reading.catch(() => owners.delete(key))
    return reading
  }

  async function make(owner: Owner): Promise<string> {
    const making_ = making.then(async () => {
      const name = `${bridgePrefix}${randomBytes(5).toString('hex')}`
      const taken = await takenSubnets(docker)
      for (let tries = 0; ; tries += 1) {
        const subnet = freeSubnet(subnetPool, taken)
        try {
          await docker.createNetwork({
            Name: name,
            Driver: 'bridge',
            CheckDuplicate: true,
            Labels: ownerLabels(owner),
            IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
            Options: { 'com.docker.network.bridge.name': name },
          })
          return name
        } catch (error) {
          // Another program's route may lie in the pool.
          if (!/overlap/i.test(messageOf(error)) || tries > 64) throw engineError(error, 'make a network')
          taken.add(subnet)
        }
      }
    })
    making = making_.catch(() => undefined)
    return await making_
  }

  async function removeNetwork(name: string): Promise<void> {
    await unlessMissing('remove a network', () => docker.getNetwork(name).remove())
  }

  return {
    async claim(owner, leaseId) {
      const networks = await networksOf(owner)
      const held = networks.claimed.get(leaseId)
      if (held !== undefined) return held
      const spare = networks.spares.shift()
      if (spare !== undefined) {
        networks.claimed.set(leaseId, spare)
        return spare
      }
      const made = await make(owner)
      const raced = networks.claimed.get(leaseId)
      if (raced !== undefined) {
        networks.spares.push(made)
        return raced
      }
      networks.claimed.set(leaseId, made)
      return made
    },

    async release(owner, leaseId) {
      const networks = await networksOf(owner)
      const name = networks.claimed.get(leaseId)
      if (name === undefined) return
      networks.claimed.delete(leaseId)
      if (networks.spares.length < spares) networks.spares.push(name)
      else await removeNetwork(name)
    },

    async refill(owner) {
      const networks = await networksOf(owner)
      while (networks.spares.length < spares) networks.spares.push(await make(owner))
      // Crashes leave more than are kept.
      for (const name of networks.spares.splice(spares)) await removeNetwork(name)
    },

    async sweep(owner) {
      const networks = await networksOf(owner)
      for (const name of networks.spares.splice(0)) await removeNetwork(name)
    },
  }
}

async function takenSubnets(docker: Docker): Promise<Set<string>> {
  const networks = await docker.listNetworks()
  return new Set(
    networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : []))),
  )
}
