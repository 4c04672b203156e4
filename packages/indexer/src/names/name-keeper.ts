import { type Address, type Hex, isSubletError, type OwnName } from '@sublet/protocol'
import { type Log, toSubletError } from '@sublet/service'
import type { IssuedCertificate } from '../acme/acme-client.ts'
import type { RateLimit } from '../limit/rate-limit.ts'
import type { RouteTarget } from '../relay/route-table.ts'
import { orderAtMs } from './certificate-due.ts'
import { chooseClaim } from './choose-claim.ts'
import { describeName } from './describe-name.ts'
import type { FindRecords } from './find-records.ts'
import { judgeClaim, type Objection } from './judge-claim.ts'
import type { Claim, Name } from './name.ts'
import { type NameRecord, type NameStore, newNameRecord } from './name-store.ts'
import { readCertificate, type ServedCertificate } from './read-certificate.ts'

export interface NameKeeperParts {
  /** Whether a claim is believed as it comes, or only with a record in the name's zone. */
  believe: 'first-come' | 'proved'
  ingressDomain: string
  findRecords: FindRecords
  /** A lease that is open on the chain. */
  leaseOf: (leaseId: Hex) => Promise<{ tenant: Address; provider: Address } | undefined>
  store: NameStore
  /** Orders a certificate; absent where the indexer has no authority. */
  issue: ((host: string, signal: AbortSignal) => Promise<IssuedCertificate>) | undefined
  /** Orders of one tenant, and of everybody. */
  orderRate: { tenant: RateLimit; all: RateLimit }
  /** The address that visitors of a secured or a plain name see. */
  urlOf: (host: string, isSecure: boolean) => string
  log: Log
  now: () => number
  /** Milliseconds between two looks at what is due. */
  everyMs: number
}

/** The host names of tenants' own: who has shown which to be his, and its certificate. */
export interface NameKeeper {
  claim(target: RouteTarget, host: string): void
  withdraw(target: RouteTarget): void
  /** Where a host leads; an objection where it is claimed, but not served. */
  find(host: string): RouteTarget | Objection | undefined
  certificateOf(host: string): ServedCertificate | undefined
  namesOf(leaseId: Hex): OwnName[]
  stop(): Promise<void>
}

const settledLookMs = 600_000
const firstLookMs = 2_000
const longestLookMs = 300_000
const mostAtOnce = 16

export async function createNameKeeper(parts: NameKeeperParts): Promise<NameKeeper> {
  const { believe, ingressDomain, findRecords, store, issue, log, now } = parts
  const names = new Map<string, Name>()
  const records = await store.load()
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()

  const ended = [...records].filter(
    ([host, { pem }]) => pem !== undefined && readKept(pem, host) === undefined,
  )
  await store.forget(ended.map(([host]) => host))
  for (const [host] of ended) records.delete(host)

  function readKept(pem: string | undefined, host: string): ServedCertificate | undefined {
    if (pem === undefined) return undefined
    try {
      return readCertificate(pem, [host], now())
    } catch (error) {
      if (isSubletError(error, 'certificate.invalid')) return undefined
      throw error
    }
  }

  const recordOf = (host: string) => records.get(host) ?? newNameRecord

  /** What cannot wait for its answer; ends with the keeper. */
  function start(work: Promise<void>): void {
    const run: Promise<void> = work
      .catch((err: unknown) => log.warn({ err }, 'looking after a host name failed'))
      .finally(() => running.delete(run))
    running.add(run)
  }

  async function judge(name: Name, claim: Claim): Promise<void> {
    const { target } = claim
    const { label, leaseId } = target.route
    const [lease, found, own] = await Promise.all([
      parts.leaseOf(leaseId),
      findRecords(name.host),
      findRecords(`${label}.${ingressDomain}`),
    ])
    claim.judgement = judgeClaim({
      host: name.host,
      label,
      provider: target.provider,
      lease,
      records: found,
      ingress: { domain: ingressDomain, addresses: own.addresses },
    })
    claim.tenant = lease?.tenant
  }

  async function look(name: Name): Promise<void> {
    name.looking = true
    try {
      for (const claim of name.claims.values()) await judge(name, claim)
      name.trouble = undefined
    } catch (error) {
      // Name servers that are silent prove nothing: what was believed before stays so.
      name.trouble = error instanceof Error ? error.message : String(error)
    } finally {
      name.looking = false
    }
    const isSettled = [...name.claims.values()].every(
      ({ judgement }) => judgement?.believed && judgement.astray === undefined,
    )
    name.looks = isSettled && name.trouble === undefined ? 0 : name.looks + 1
    const pauseMs = Math.min(firstLookMs * 2 ** Math.min(name.looks - 1, 20), longestLookMs)
    name.lookAtMs = now() + (name.looks === 0 ? settledLookMs : pauseMs)
    serve(name)
  }

  function serve(name: Name): void {
    const chosen = chooseClaim([...name.claims.values()])
    if (chosen !== name.chosen) {
      log.info(
        { host: name.host, label: chosen?.label },
        'a host name of a tenant’s own is served elsewhere now',
      )
    }
    name.chosen = chosen
    const brought = chosen?.target.route.certificate
    name.brought = undefined
    name.broughtFault = undefined
    if (brought === undefined) return
    try {
      name.brought = readCertificate(brought, [name.host], now())
    } catch (error) {
      name.broughtFault = objectionOf(error)
    }
  }

  /** Orders a certificate where one is due and allowed. */
  function orderIfDue(name: Name): void {
    const { chosen, host } = name
    if (issue === undefined || name.ordering || chosen === undefined || name.brought !== undefined) return
    if (!chosen.judgement?.believed || chosen.judgement.astray !== undefined) return
    const record = recordOf(host)
    const validity = name.ordered?.validity
    if (orderAtMs({ ...record, validity }) > now()) return
    if (!parts.orderRate.tenant.take(chosen.tenant ?? host, now()) || !parts.orderRate.all.take('', now()))
      return
    name.ordering = true
    start(
      order(name, issue).finally(() => {
        name.ordering = false
      }),
    )
  }

  async function order(name: Name, orderNow: NonNullable<typeof issue>): Promise<void> {
    const { host } = name
    try {
      const { chain, privateKey } = await orderNow(host, stopping.signal)
      const pem = `${chain.trim()}\n${privateKey}`
      const ordered = readCertificate(pem, [host], now())
      await note(host, { ...newNameRecord, pem })
      name.ordered = ordered
      log.info({ host, untilMs: ordered.validity.untilMs }, 'a certificate was ordered')
    } catch (error) {
      if (stopping.signal.aborted) return
      const objection = objectionOf(error)
      const before = recordOf(host)
      const waitMs = isSubletError(error) ? Number(error.details?.retryAfterMs ?? 0) : 0
      await note(host, {
        pem: before.pem,
        failures: before.failures + 1,
        failedAtMs: now(),
        notBeforeMs: now() + waitMs,
        objection,
      })
      log.warn({ host, code: objection.code, hint: objection.hint }, objection.message)
    }
  }

  /** Attempts count before they are written: a store that is away must not make them more. */
  async function note(host: string, record: NameRecord): Promise<void> {
    records.set(host, record)
    await store.save(host, record)
  }

  const timer = setInterval(() => {
    let free = mostAtOnce - running.size
    for (const name of names.values()) {
      if (believe === 'proved' && !name.looking && name.lookAtMs <= now() && free > 0) {
        free--
        start(look(name))
      }
      orderIfDue(name)
    }
  }, parts.everyMs)

  return {
    claim(target, host) {
      const name = names.get(host) ?? newName(host)
      names.set(host, name)
      const { label } = target.route
      const before = name.claims.get(label)
      name.claims.set(label, {
        label,
        target,
        sinceMs: before?.sinceMs ?? now(),
        judgement: believe === 'first-come' ? { believed: true, by: 'nobody' } : before?.judgement,
        tenant: before?.tenant,
      })
      name.lookAtMs = now()
      name.looks = 0
      serve(name)
    },
    withdraw({ route }) {
      for (const host of route.hosts.map((one) => one.toLowerCase())) {
        const name = names.get(host)
        if (name === undefined || !name.claims.delete(route.label)) continue
        if (name.claims.size === 0) names.delete(host)
        else serve(name)
      }
    },
    find(host) {
      const name = names.get(host)
      if (name?.chosen !== undefined) return name.chosen.target
      const [claim] = name?.claims.values() ?? []
      if (claim === undefined) return undefined
      return claim.judgement?.believed === false ? claim.judgement.objection : stillChecking(host)
    },
    certificateOf(host) {
      const name = names.get(host)
      return name?.chosen === undefined ? undefined : (name.brought ?? name.ordered)
    },
    namesOf: (leaseId) =>
      [...names.values()].flatMap((name) =>
        [...name.claims.values()]
          .filter(({ target }) => target.route.leaseId === leaseId)
          .map((claim) =>
            describeName(name, claim, {
              objection: recordOf(name.host).objection,
              ordersCertificates: issue !== undefined,
              urlOf: parts.urlOf,
            }),
          ),
      ),
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await Promise.all(running)
    },
  }

  function newName(host: string): Name {
    return {
      host,
      claims: new Map(),
      chosen: undefined,
      lookAtMs: 0,
      looks: 0,
      looking: false,
      trouble: undefined,
      brought: undefined,
      broughtFault: undefined,
      ordered: readKept(recordOf(host).pem, host),
      ordering: false,
    }
  }
}

function objectionOf(error: unknown): Objection {
  const { code, message, hint } = toSubletError(error)
  return { code, message, hint: hint ?? 'It is tried again later.' }
}

function stillChecking(host: string): Objection {
  return {
    code: 'host.unproved',
    message: `Whether ${host} is the tenant’s is being looked up.`,
    hint: 'Try again in a few seconds.',
  }
}
