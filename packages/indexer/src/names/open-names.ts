import { readFile } from 'node:fs/promises'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { type Address, type Hex, SubletError } from '@sublet/protocol'
import { createVault, type Log, type Store } from '@sublet/service'
import { type AcmeClient, createAcmeClient } from '../acme/acme-client.ts'
import { createAcmeHttp } from '../acme/acme-http.ts'
import { makeAcmeKey, readAcmeKey } from '../acme/acme-key.ts'
import type { IndexerConfig } from '../config.ts'
import { createRateLimit } from '../limit/rate-limit.ts'
import { openLease } from '../registry/lease-history.ts'
import type { IndexerTables } from '../tables.ts'
import { createPendingChallenges, type PendingChallenges } from './challenge-answers.ts'
import { keepDomainCertificate } from './domain-certificate.ts'
import { createFindRecords } from './find-records.ts'
import { keepNameKey } from './keep-name-key.ts'
import { createNameKeeper, type NameKeeper } from './name-keeper.ts'
import { createNameStore, type NameStore } from './name-store.ts'
import type { ServedCertificate } from './read-certificate.ts'

export interface NamesParts {
  config: IndexerConfig
  store: Pick<Store<IndexerTables>, 'db'>
  dataDir: string
  log: Log
  now: () => number
  /** Where the indexer listens, once it does. */
  ports: () => { port: number; tlsPort: number | undefined }
}

export interface Names {
  /** Absent where no host names of tenants' own are served. */
  keeper: NameKeeper | undefined
  /** Of a tenant's own host name, or of the indexer's domain. */
  certificateOf(host: string): ServedCertificate | undefined
  challengeAnswer: PendingChallenges['answerTo']
  stop(): Promise<void>
}

/** Builds what serves tenants' own host names. Throws `config.invalid` where a file that the settings name can't be used. */
export async function openNames({ config, store, dataDir, log, now, ports }: NamesParts): Promise<Names> {
  const { ingressDomain } = config
  const challenges = createPendingChallenges()
  const believe = config.ownNames ?? (ingressDomain === 'localhost' ? 'first-come' : 'proved')
  const domain = await openDomainCertificate({ config, log, now })
  const suffix = `.${ingressDomain}`
  const stops: (() => Promise<void> | void)[] = domain === undefined ? [] : [domain.stop]

  async function openKeeper(policy: 'first-come' | 'proved'): Promise<NameKeeper> {
    const vault = createVault(await keepNameKey(dataDir), {
      purpose: 'indexer names 1',
      hint: 'Restore names.key, or delete the rows of own_names and acme_accounts: certificates are ordered anew.',
    })
    const names = createNameStore(store, vault)
    const acme = await openAcme({ config, names, challenges, now })
    if (acme !== undefined) stops.push(acme.close)
    const keeper = await createNameKeeper({
      believe: policy,
      ingressDomain,
      findRecords: createFindRecords(config.dnsServers),
      leaseOf: (leaseId: Hex): Promise<{ tenant: Address; provider: Address } | undefined> =>
        openLease(store.db, leaseId),
      store: names,
      issue: acme?.client.issue,
      orderRate: {
        tenant: hourly(config.acmeOrdersPerHourEach),
        all: hourly(config.acmeOrdersPerHour),
      },
      urlOf: (host, isSecure) => urlOf(host, isSecure, config, ports()),
      log,
      now,
      everyMs: config.namesEveryMs,
    })
    stops.unshift(() => keeper.stop())
    return keeper
  }

  const keeper = believe === 'none' ? undefined : await openKeeper(believe)
  return {
    keeper,
    certificateOf: (host) =>
      host === ingressDomain || host.endsWith(suffix) ? domain?.current() : keeper?.certificateOf(host),
    challengeAnswer: challenges.answerTo,
    async stop() {
      for (const stop of stops) await stop()
    },
  }
}

const hourly = (count: number) => createRateLimit({ perSecond: count / 3600, burst: count })

function urlOf(
  host: string,
  isSecure: boolean,
  config: IndexerConfig,
  listening: { port: number; tlsPort: number | undefined },
): string {
  const tlsPort = config.publicTlsPort ?? listening.tlsPort
  if (isSecure && tlsPort !== undefined) return `https://${host}${tlsPort === 443 ? '' : `:${tlsPort}`}/`
  const port = config.ingressPort ?? listening.port
  return `http://${host}${port === 80 ? '' : `:${port}`}/`
}

async function openDomainCertificate(parts: Pick<NamesParts, 'config' | 'log' | 'now'>) {
  const { tlsCertificateFile: certificateFile, tlsKeyFile: keyFile, ingressDomain } = parts.config
  if (certificateFile === undefined && keyFile === undefined) return undefined
  if (certificateFile === undefined || keyFile === undefined) {
    throw new SubletError('config.invalid', 'Of the domain’s certificate only one file is set.', {
      hint: 'Set both tlsCertificateFile and tlsKeyFile; they may be the same file.',
    })
  }
  const { log, now } = parts
  return await keepDomainCertificate({ certificateFile, keyFile, host: `any.${ingressDomain}`, log, now })
}

async function openAcme(parts: {
  config: IndexerConfig
  names: NameStore
  challenges: PendingChallenges
  now: () => number
}): Promise<{ client: AcmeClient; close: () => void } | undefined> {
  const { acmeDirectoryUrl: directoryUrl, acmeCaFile, acmeContact } = parts.config
  if (directoryUrl === undefined) return undefined
  const ca =
    acmeCaFile === undefined
      ? undefined
      : await readFile(acmeCaFile, 'utf8').catch((cause: Error) => {
          throw new SubletError(
            'config.invalid',
            `The root in ${acmeCaFile} cannot be read: ${cause.message}.`,
            {
              hint: 'Set acmeCaFile to a PEM file, or leave it out for a public authority.',
              cause,
            },
          )
        })
  const http = createAcmeHttp(ca)
  const client = createAcmeClient({
    directoryUrl,
    key: readAcmeKey(await parts.names.accountKey(directoryUrl, () => makeAcmeKey().pem)),
    contact: acmeContact,
    http,
    answers: parts.challenges,
    now: parts.now,
    wait: async (ms, signal) => void (await sleepFor(ms, undefined, { signal })),
  })
  return { client, close: http.close }
}
