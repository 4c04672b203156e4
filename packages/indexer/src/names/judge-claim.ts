import type { Address, ErrorCode } from '@sublet/protocol'

/** What the domain name system says of a host. */
export interface HostRecords {
  /** TXT records at `_sublet.HOST`. */
  texts: readonly string[]
  /** The names that CNAME records lead to, one after another. */
  aliases: readonly string[]
  addresses: readonly string[]
}

export interface ClaimFacts {
  host: string
  /** At which the same port is served under the indexer's own domain. */
  label: string
  /** Who claims it. */
  provider: Address
  /** As the chain has it; absent while the lease isn't open there. */
  lease: { tenant: Address; provider: Address } | undefined
  records: HostRecords
  ingress: { domain: string; addresses: readonly string[] }
}

export interface Objection {
  code: ErrorCode
  message: string
  hint: string
}

export type Judgement =
  | {
      believed: true
      /** `alias`: the name leads to this very lease. `wallet`: it names the tenant. `nobody`: claims aren't checked here. */
      by: 'alias' | 'wallet' | 'nobody'
      /** Set where visitors and certificate authorities would not get here. */
      astray?: Objection
    }
  | { believed: false; objection: Objection }

/**
 * Whether a host name is a tenant's to use for this lease. Only who controls the name's zone can set either record: a CNAME to
 * the lease's own name, which names lease and provider by its hash, or the wallet of the lease's tenant.
 */
export function judgeClaim({ host, label, provider, lease, records, ingress }: ClaimFacts): Judgement {
  const ownName = `${label}.${ingress.domain}`
  if (lease === undefined) {
    return no({
      code: 'lease.not-ready',
      message: `The lease that brings ${host} is not open on the chain.`,
      hint: 'Nothing has to be done: the name is looked at again once the lease is open.',
    })
  }
  if (lease.provider !== provider) {
    return no({
      code: 'host.unproved',
      message: `${host} is claimed by a provider that does not serve the lease.`,
      hint: 'Close the lease and take another provider.',
    })
  }
  const aliases = records.aliases.map(plainName)
  const isAlias = aliases.includes(ownName)
  if (!isAlias && !records.texts.some((text) => namesWallet(text, lease.tenant))) {
    return no({
      code: 'host.unproved',
      message: `Nothing shows that ${host} is the tenant’s.`,
      hint: `Set a TXT record _sublet.${host} with the text ${lease.tenant}, or a CNAME record from ${host} to ${ownName}.`,
    })
  }
  const leadsHere =
    aliases.some((alias) => alias === ingress.domain || alias.endsWith(`.${ingress.domain}`)) ||
    records.addresses.some((address) => ingress.addresses.includes(address))
  return {
    believed: true,
    by: isAlias ? 'alias' : 'wallet',
    ...(leadsHere
      ? {}
      : {
          astray: {
            code: 'host.not-pointed',
            message: `${host} is the tenant’s but does not lead here.`,
            hint: `Set a CNAME record from ${host} to ${ownName}.`,
          },
        }),
  }
}

const no = (objection: Objection): Judgement => ({ believed: false, objection })

/** Names in DNS have no case, and may end in the root's dot. */
export const plainName = (name: string) => name.toLowerCase().replace(/\.$/, '')

const namesWallet = (text: string, tenant: Address) => text.trim().toLowerCase() === tenant.toLowerCase()
