import { type Address, addressSchema, bytes32Schema, type Hex } from '@sublet/protocol'
import type { InstanceOwner, Owner, VolumeOwner, VolumeRoom } from '../runtime.ts'

/** Labels by which a provider finds its own parts again after a crash. */
export const label = {
  network: 'sublet.network',
  provider: 'sublet.provider',
  lease: 'sublet.lease',
  service: 'sublet.service',
  replica: 'sublet.replica',
  tenant: 'sublet.tenant',
  deployment: 'sublet.deployment',
  volume: 'sublet.volume',
  class: 'sublet.class',
  size: 'sublet.size',
} as const

type Labels = Record<string, string>

export function ownerLabels(owner: Owner): Labels {
  return { [label.network]: owner.network, [label.provider]: owner.provider }
}

export function instanceLabels(owner: InstanceOwner): Labels {
  return {
    ...ownerLabels(owner),
    [label.lease]: owner.leaseId,
    [label.service]: owner.service,
    [label.replica]: String(owner.replica),
  }
}

export function volumeLabels(owner: VolumeOwner, room: VolumeRoom): Labels {
  return {
    ...ownerLabels(owner),
    [label.tenant]: owner.tenant,
    [label.deployment]: owner.deployment,
    [label.volume]: owner.name,
    [label.class]: room.class,
    [label.size]: String(room.sizeBytes),
  }
}

/** What a list call takes to find everything of an owner, or of one of its leases. */
export function ownerFilter(owner: Owner, leaseId?: Hex): { label: string[] } {
  const labels = { ...ownerLabels(owner), ...(leaseId === undefined ? {} : { [label.lease]: leaseId }) }
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) }
}

/** Undefined for labels that some other program wrote. */
export function instanceOwnerOf(labels: Labels): InstanceOwner | undefined {
  const provider = addressSchema.safeParse(labels[label.provider])
  const leaseId = bytes32Schema.safeParse(labels[label.lease])
  const network = labels[label.network]
  const service = labels[label.service]
  const replica = Number(labels[label.replica])
  if (!provider.success || !leaseId.success || !network || !service || !Number.isInteger(replica)) {
    return undefined
  }
  return { network, provider: provider.data, leaseId: leaseId.data, service, replica }
}

export function volumeOwnerOf(labels: Labels): VolumeOwner | undefined {
  const provider = addressSchema.safeParse(labels[label.provider])
  const tenant = addressSchema.safeParse(labels[label.tenant])
  const network = labels[label.network]
  const deployment = labels[label.deployment]
  const name = labels[label.volume]
  if (!provider.success || !tenant.success || !network || deployment === undefined || !name) return undefined
  return { network, provider: provider.data as Address, tenant: tenant.data as Address, deployment, name }
}
