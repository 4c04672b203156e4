import { instantWords, type OwnName } from '@sublet/protocol'
import type { Objection } from './judge-claim.ts'
import type { Claim, Name } from './name.ts'

export interface DescribeFacts {
  /** Why the last order of a certificate came to nothing. */
  objection: Objection | undefined
  ordersCertificates: boolean
  urlOf: (host: string, isSecure: boolean) => string
}

/** How a host name stands for one lease that claims it, in words for its tenant. */
export function describeName(name: Name, claim: Claim, facts: DescribeFacts): OwnName {
  const { host } = name
  const { leaseId, service, port } = claim.target.route
  const about = { host, leaseId, service, port }
  const objected = (state: OwnName['state'], { code, message, hint }: Objection): OwnName => ({
    ...about,
    state,
    code,
    message,
    hint,
  })
  const { judgement } = claim
  if (judgement === undefined) {
    const trouble =
      name.trouble === undefined ? '' : ` So far its name servers don’t answer: ${name.trouble}.`
    return { ...about, state: 'checking', message: `The records of ${host} are being looked up.${trouble}` }
  }
  if (!judgement.believed) return objected('unproved', judgement.objection)
  if (name.chosen !== claim) {
    return objected('taken', {
      code: 'host.unproved',
      message: `${host} is served for another lease.`,
      hint: 'Close that lease, or set a CNAME record to the name of this one.',
    })
  }
  const certificate = name.brought ?? name.ordered
  if (certificate !== undefined) {
    const until = instantWords(certificate.validity.untilMs)
    return {
      ...about,
      state: 'secure',
      url: facts.urlOf(host, true),
      message: `Served over TLS; the certificate is good until ${until}.`,
      certificate: {
        issuer: certificate.issuer,
        untilMs: certificate.validity.untilMs,
        source: certificate === name.brought ? 'own' : 'ordered',
      },
    }
  }
  const url = facts.urlOf(host, false)
  const why = name.broughtFault ?? judgement.astray ?? facts.objection
  if (why !== undefined && !name.ordering) return { ...objected('plain', why), url }
  if (facts.ordersCertificates) {
    return { ...about, url, state: 'plain', message: 'Served; its certificate is being ordered.' }
  }
  return {
    ...about,
    url,
    state: 'plain',
    message: 'Served without TLS: this indexer orders no certificates.',
    hint: 'Bring a certificate of your own as a secret, or take an indexer that orders them.',
  }
}
