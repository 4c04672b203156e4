import {
  type Address,
  type Agreement,
  ageWords,
  type Group,
  isPaidByVouchers,
  type Manifest,
  type OrderUnit,
  SubletError,
  termsHashOf,
} from '@sublet/protocol'
import { type Allocation, claimOf } from '../bid/allocate.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { missingSecrets, startOrder } from './instance-plan.ts'

export interface ManifestChecks {
  provider: Address
  /** Who sends it, as the sealed request proves. */
  tenant: Address
  token: Address
  allocation: Allocation
  /** What the runtime has. */
  isolations: Runtime['isolations']
  /** The least interval that vouchers may pay, seconds; undefined where they are not taken. */
  voucherLeastIntervalSeconds: number | undefined
  /** Unix seconds. */
  now: number
}

/**
 * Everything about a manifest that can be told without the chain. Throws `agreement.mismatch` when it is not what was
 * bid for, `bid.expired` when it comes too late, `request.invalid` when it can't be run.
 */
export function checkManifest(manifest: Manifest, checks: ManifestChecks): void {
  const { agreement, group, serviceLevels } = manifest
  const { provider, tenant, token, allocation, now } = checks
  const mismatch = firstMismatch(agreement, { provider, tenant, token })
  if (mismatch !== undefined) throw new SubletError('agreement.mismatch', mismatch)
  if (agreement.startBy <= now) {
    throw new SubletError('bid.expired', "The agreement's start deadline has passed.", {
      hint: 'Order again and send the manifest at once.',
    })
  }
  if (termsHashOf(group, serviceLevels) !== agreement.termsHash) {
    throw new SubletError(
      'agreement.mismatch',
      'The group is not the one that the agreement names by its hash.',
      {
        hint: 'Send exactly the group and service levels that were ordered.',
      },
    )
  }
  if (!needsNoMore(group, allocation)) {
    throw new SubletError('agreement.mismatch', 'The group needs other resources than were ordered.', {
      hint: 'Make the order from the group itself.',
    })
  }
  checkPayment(manifest, checks.voucherLeastIntervalSeconds)
  const missing = missingSecrets(manifest)
  if (missing.length > 0) {
    throw new SubletError('request.invalid', `The manifest carries no value for ${missing.join(', ')}.`, {
      hint: 'Give each secret with the deployment.',
      details: { secrets: missing },
    })
  }
  const refusal = isolationRefusal(group, checks.isolations)
  if (refusal !== undefined) throw refusal
  startOrder(group.services)
}

/** An order may leave out what its group says of isolation; it is never served with less. */
function isolationRefusal(
  { services }: Group,
  isolations: ManifestChecks['isolations'],
): SubletError | undefined {
  const without = services.find(({ isolation }) => isolation !== undefined && !isolations.includes(isolation))
  const confidential = services.find(({ tee }) => tee !== undefined)
  if (without === undefined && confidential === undefined) return undefined
  const [name, what, key] =
    without === undefined
      ? [confidential?.name, 'confidential computing', `tee-${confidential?.tee}`]
      : [without.name, without.isolation, `isolation-${without.isolation}`]
  return new SubletError('request.invalid', `${name} asks for ${what}, which this provider does not have.`, {
    hint: `Order from one whose ask states ${key}: yes, or leave it out.`,
  })
}

function checkPayment({ agreement, voucher }: Manifest, leastIntervalSeconds: number | undefined): void {
  if (isPaidByVouchers(agreement) !== (voucher !== undefined)) {
    throw new SubletError(
      'agreement.mismatch',
      'The agreement and the manifest differ in how the lease is paid.',
      {
        hint: 'An agreement without a deposit is paid by vouchers, whose interval the manifest names.',
      },
    )
  }
  if (voucher === undefined) return
  if (leastIntervalSeconds === undefined) {
    throw new SubletError('agreement.mismatch', 'This provider does not take vouchers.', {
      hint: 'Order with payment out of the escrow.',
    })
  }
  if (voucher.intervalSeconds < leastIntervalSeconds) {
    throw new SubletError(
      'agreement.mismatch',
      `A voucher must pay ahead at least ${ageWords(leastIntervalSeconds * 1000)} here, not ${ageWords(voucher.intervalSeconds * 1000)}.`,
      { hint: 'Choose a longer interval, or another provider.' },
    )
  }
}

function firstMismatch(
  agreement: Agreement,
  parties: { provider: Address; tenant: Address; token: Address },
) {
  if (agreement.provider !== parties.provider) return 'The agreement is with another provider.'
  if (agreement.tenant !== parties.tenant)
    return 'The agreement is with another tenant than the one who sends it.'
  if (agreement.token !== parties.token)
    return 'The agreement is in a token that this provider does not take.'
  return undefined
}

/** An order might say less than its group needs; what counts is what was reserved. */
function needsNoMore(group: Group, { claim, gpus }: Allocation): boolean {
  const need = claimOf({ units: unitsOf(group), ips: group.ips.length })
  return (
    need.cpuMillis <= claim.cpuMillis &&
    need.memoryBytes <= claim.memoryBytes &&
    need.ips <= claim.ips &&
    Object.entries(need.storageBytes).every(([name, bytes]) => bytes <= (claim.storageBytes[name] ?? 0)) &&
    group.services.every(({ name, replicas, resources }) => {
      const granted = gpus[name] ?? []
      const wanted = resources.gpu?.count ?? 0
      return wanted === 0 || (granted.length >= replicas && granted.every((ids) => ids.length >= wanted))
    })
  )
}

function unitsOf(group: Group): OrderUnit[] {
  return group.services.map(({ name, replicas, resources, image }) => ({
    service: name,
    count: replicas,
    resources,
    endpoints: 0,
    image,
  }))
}
