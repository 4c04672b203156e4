import { dump } from 'js-yaml'
import { normalPolicy } from '../sublet/read-sublet.ts'
import { filled, listed, present, type Written } from '../sublet/written.ts'
import type { Group, Placement, Service, Workload } from '../workload.ts'
import { formatDecimal } from './go-number.ts'
import type { Lose, Part } from './losses.ts'
import { blocksPerHour } from './normal-form.ts'
import { writtenResources, writtenService } from './written-service.ts'

export interface WrittenSdl {
  /** The file as YAML. */
  text: string
  /** The same as plain data. */
  file: Written
  /** What Akash has no words for and the file therefore lacks, as sentences. */
  losses: { what: string; part: Part }[]
  /** Groups without a highest price: Akash's largest is written for them. */
  unpriced: string[]
  /** Services that ask for GPUs of which Akash has none. */
  noGpu: string[]
}

/** Akash's largest price, for a workload that names none. */
const highestAmount = 10_000_000n * 10n ** 18n

/**
 * A workload as Akash SDL 2.0. Where nothing is lost, reading the text gives the same workload, but for its name, which
 * SDL has none of.
 */
export function writeAkashSdl(workload: Workload): WrittenSdl {
  const losses = new Map<string, Part>()
  const lose: Lose = (what, part) => losses.has(what) || losses.set(what, part)
  const services: Record<string, Written> = {}
  const compute: Record<string, Written> = {}
  const placement: Record<string, Written> = {}
  const deployment: Record<string, Record<string, Written>> = {}
  const ips = new Set<string>()
  for (const group of workload.groups) {
    const pricing: Record<string, Written> = {}
    const price = { denom: 'uact', amount: amountOf(group) }
    for (const service of group.services) {
      const written = writtenService(service, lose)
      const resources = { resources: writtenResources(service, lose) }
      // SDL deploys one service at several placements; others of the same name need another.
      const taken =
        Object.hasOwn(services, service.name) &&
        !(same(services[service.name], written) && same(compute[service.name], resources))
      const name = taken ? freeName(service.name, services) : service.name
      if (taken)
        lose(`the second service called ${service.name}, which becomes ${name}`, { service: service.name })
      services[name] = written
      compute[name] = resources
      pricing[name] = price
      deployment[name] = { ...deployment[name], [group.name]: { profile: name, count: service.replicas } }
      for (const port of service.ports) if (port.ip !== undefined && port.public) ips.add(port.ip)
    }
    placement[group.name] = present({ ...writtenPlacement(group.placement, lose), pricing })
  }
  loseTerms(workload, lose)
  const notice = workload.serviceLevels?.noticeMs
  const file = present({
    version: '2.0',
    services,
    profiles: { compute, placement },
    deployment,
    endpoints: filled(Object.fromEntries([...ips].map((ip) => [ip, { kind: 'ip' }]))),
    reclamation: typeof notice === 'number' && notice > 0 ? { min_window: `${notice}ms` } : undefined,
  })
  return {
    text: dump(file, { lineWidth: 110, noRefs: true, quotingType: '"' }),
    file,
    losses: Array.from(losses, ([what, part]) => ({ what, part })),
    unpriced: workload.groups.flatMap(({ name, maxRatePerHour }) =>
      maxRatePerHour === undefined ? [name] : [],
    ),
    noGpu: workload.groups.flatMap(({ services }) => services.filter(wantsOtherGpu).map(({ name }) => name)),
  }
}

/** Any NVIDIA card in place of another vendor's would be rented and of no use. */
function wantsOtherGpu({ resources: { gpu } }: Service): boolean {
  return gpu !== undefined && gpu.anyOf.length > 0 && gpu.anyOf.every(({ vendor }) => vendor !== 'nvidia')
}

/** Both sides are written by the same code, so their keys stand in one order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function freeName(name: string, taken: Readonly<Record<string, unknown>>): string {
  let number = 2
  while (Object.hasOwn(taken, `${name}-${number}`)) number += 1
  return `${name}-${number}`
}

/**
 * The price of one replica for a block, the same for every service. Rounded up in the eighteenth place, so that all
 * together come to the group's rate and not to one less.
 */
function amountOf({ maxRatePerHour, services }: Group): string {
  if (maxRatePerHour === undefined) return formatDecimal(highestAmount)
  const replicas = BigInt(services.reduce((sum, { replicas: count }) => sum + count, 0))
  const shares = blocksPerHour * replicas
  return formatDecimal((BigInt(maxRatePerHour) * 10n ** 18n + shares - 1n) / shares)
}

function writtenPlacement({ regions, maxLatencyMs, attributes, auditors }: Placement, lose: Lose): Written {
  const [region, ...others] = regions
  if (others.length > 0) lose(`every region but ${region}`, {})
  if (maxLatencyMs !== undefined) lose('the latency', {})
  const all = Object.fromEntries(attributes.map(({ key, value }) => [key, value]))
  if (region !== undefined) all.region = region
  return present({
    attributes: filled(all),
    signedBy: filled(present({ anyOf: listed(auditors.anyOf), allOf: listed(auditors.allOf) })),
  })
}

function loseTerms(workload: Workload, lose: Lose): void {
  const usual = normalPolicy(undefined)
  const { choose, auction, windowMs } = workload.policy
  if (choose !== usual.choose || auction !== usual.auction || windowMs !== usual.windowMs)
    lose('the policy', {})
  if (workload.maxDurationSeconds !== undefined) lose('the duration', {})
  if (workload.autoscale !== undefined) lose('autoscaling', {})
  if (workload.cluster !== undefined) lose('the cluster', {})
  if (Object.keys(workload.serviceLevels ?? {}).some((key) => key !== 'noticeMs'))
    lose('the service levels', {})
}
