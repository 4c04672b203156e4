import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Hex } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { Owner } from '../runtime.ts'
import type { Bandwidth } from './bandwidth.ts'
import { engineError, messageOf, unlessMissing, withEngine } from './docker-error.ts'
import { label, ownerFilter, ownerLabels } from './labels.ts'
import {
  ensureHolderImage,
  findHolders,
  joining,
  type NetworkHolder,
  removeHolder,
  startHolder,
} from './network-holder.ts'
import { freeSubnet, holderAddress, subnetsRouted } from './subnets.ts'

/** Bridges of leases start with this, so that one firewall rule covers them all. At most 15 characters fit. */
export const bridgePrefix = 'sblt'

export interface LeaseNetwork {
  name: string
  /** Whose place in the network a lease's only container can take. */
  holder?: NetworkHolder
}

export interface LeaseNetworks {
  /**
   * The lease's own network; a spare one where there is one, for making one takes a tenth of a second. With a holder
   * only where one is wanted and the spare has one.
   */
  claim(owner: Owner, leaseId: Hex, wants: { holder: boolean }): Promise<LeaseNetwork>
  release(owner: Owner, leaseId: Hex): Promise<void>
  /** Sees to it that there are as many spares as are to be kept. */
  refill(owner: Owner): Promise<void>
  /** Removes the spares. */
  sweep(owner: Owner): Promise<void>
}

interface OwnerNetworks {
  claimed: Map<Hex, LeaseNetwork>
  spares: LeaseNetwork[]
  /** Subnets by the network's name. */
  subnets: Map<string, string>
}

export interface LeaseNetworksOptions {
  docker: Docker
  /** IPv4 range that subnets are cut from, such as `10.213.0.0/16`. */
  subnetPool: string
  spares: number
  /** Whether spares are held, which makes the first start in them fast. */
  held: boolean
  /** Holds each lease to its share of the network; without it nothing does. */
  bandwidth?: Bandwidth | undefined
}

/**
 * Private networks, one for each lease. Who holds which is read off the containers themselves, so that nothing needs
 * to be written down: a network without containers is a spare.
 */
export function createLeaseNetworks(options: LeaseNetworksOptions): LeaseNetworks {
  const { docker, subnetPool, spares, held, bandwidth } = options
  const owners = new Map<string, Promise<OwnerNetworks>>()
  // One after the other: two makers would choose the same subnet.
  let making: Promise<unknown> = Promise.resolve()
  let refilling: Promise<unknown> = Promise.resolve()

  async function read(owner: Owner): Promise<OwnerNetworks> {
    return await withEngine('list networks', async () => {
      const filters = ownerFilter(owner)
      const [networks, containers, holders] = await Promise.all([
        docker.listNetworks({ filters }),
        docker.listContainers({ all: true, filters }),
        findHolders(docker, owner),
      ])
      const byHolder = new Map([...holders].map(([name, holder]) => [joining(holder), name]))
      const asFound = (name: string): LeaseNetwork => {
        const holder = holders.get(name)
        return { name, ...(holder === undefined ? {} : { holder }) }
      }
      const subnets = new Map(networks.map(({ Name, IPAM }) => [Name, IPAM?.Config?.[0]?.Subnet ?? '']))
      const claimed = new Map<Hex, LeaseNetwork>()
      for (const { Labels, HostConfig, NetworkSettings } of containers) {
        const leaseId = Labels[label.lease] as Hex | undefined
        const joined = byHolder.get(HostConfig?.NetworkMode)
        const names = joined === undefined ? Object.keys(NetworkSettings?.Networks ?? {}) : [joined]
        for (const name of names) {
          if (leaseId !== undefined && subnets.has(name)) claimed.set(leaseId, asFound(name))
        }
      }
      const inUse = new Set([...claimed.values()].map(({ name }) => name))
      for (const [name, { id }] of holders) if (!subnets.has(name)) await removeHolder(docker, id)
      const free = [...subnets.keys()].filter((name) => !inUse.has(name))
      return { claimed, spares: free.map(asFound), subnets }
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

  async function make(owner: Owner, { subnets }: OwnerNetworks): Promise<LeaseNetwork> {
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
            // The firewall of leases knows IPv4 alone, and engines may have been told to make both.
            EnableIPv6: false,
            IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
            Options: { 'com.docker.network.bridge.name': name },
          })
          subnets.set(name, subnet)
          return { name }
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

  async function letGo({ holder }: LeaseNetwork): Promise<void> {
    if (holder !== undefined) await removeHolder(docker, holder.id)
  }

  async function remove(network: LeaseNetwork): Promise<void> {
    await letGo(network)
    await unlessMissing('remove a network', () => docker.getNetwork(network.name).remove())
  }

  /** The spare that suits best: a holder that nobody joins is in the way. */
  async function takeSpare(
    networks: OwnerNetworks,
    wants: { holder: boolean },
  ): Promise<LeaseNetwork | undefined> {
    const best = networks.spares.findIndex(({ holder }) => (holder !== undefined) === wants.holder)
    const [spare] = networks.spares.splice(Math.max(best, 0), 1)
    if (spare === undefined || wants.holder || spare.holder === undefined) return spare
    await letGo(spare)
    return { name: spare.name }
  }

  async function refillNow(owner: Owner): Promise<void> {
    const networks = await networksOf(owner)
    while (networks.spares.length < spares) networks.spares.push(await make(owner, networks))
    // Crashes leave more than are kept.
    for (const network of networks.spares.splice(spares)) await remove(network)
    const bares = networks.spares.filter(({ holder }) => holder === undefined)
    if (!held || bares.length === 0 || !(await ensureHolderImage(docker))) return
    // A spare that is being made ready cannot be claimed meanwhile.
    for (const bare of bares) {
      const subnet = networks.subnets.get(bare.name)
      const index = networks.spares.indexOf(bare)
      if (subnet === undefined || index < 0) continue
      networks.spares.splice(index, 1)
      const holder = await startHolder(docker, owner, {
        network: bare.name,
        address: holderAddress(subnet),
      }).catch((error: unknown) => {
        networks.spares.push(bare)
        throw error
      })
      networks.spares.push({ ...bare, holder })
    }
  }

  async function networkFor(owner: Owner, leaseId: Hex, wants: { holder: boolean }): Promise<LeaseNetwork> {
    const networks = await networksOf(owner)
    const known = networks.claimed.get(leaseId)
    if (known !== undefined) return known
    const found = (await takeSpare(networks, wants)) ?? (await make(owner, networks))
    const raced = networks.claimed.get(leaseId)
    if (raced !== undefined) {
      networks.spares.push(found)
      return raced
    }
    networks.claimed.set(leaseId, found)
    return found
  }

  return {
    async claim(owner, leaseId, wants) {
      const network = await networkFor(owner, leaseId, wants)
      await bandwidth?.limitBridge(network.name)
      return network
    },

    async release(owner, leaseId) {
      const networks = await networksOf(owner)
      const network = networks.claimed.get(leaseId)
      if (network === undefined) return
      networks.claimed.delete(leaseId)
      // The next tenant gets nothing that this one has been in.
      await letGo(network)
      if (networks.spares.length < spares) networks.spares.push({ name: network.name })
      else await remove({ name: network.name })
    },

    async refill(owner) {
      const next = refilling.then(() => refillNow(owner))
      refilling = next.catch(() => undefined)
      await next
    },

    async sweep(owner) {
      await refilling
      const networks = await networksOf(owner)
      for (const network of networks.spares.splice(0)) await remove(network)
    },
  }
}

async function takenSubnets(docker: Docker): Promise<Set<string>> {
  const [networks, routes] = await Promise.all([
    docker.listNetworks(),
    // A bridge that an engine was making when it was killed stays, and only the machine knows of it.
    readFile('/proc/net/route', 'utf8').catch(() => ''),
  ])
  return new Set([
    ...networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : []))),
    ...subnetsRouted(routes),
  ])
}
