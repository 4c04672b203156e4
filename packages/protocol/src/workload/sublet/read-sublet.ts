import { parseDuration, parsePrice } from '../../units/quantity.ts'
import { fittingRemainder } from '../shape/without-misfits.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText, isTree, own, type Tree } from '../source/records.ts'
import { plainOf, textOf } from '../source/scalar.ts'
import { compileCheck } from '../source/schema-check.ts'
import type { Source } from '../source/source.ts'
import type { Group, Placement, Policy, Workload } from '../workload.ts'
import { checkGroup, checkName } from './check-group.ts'
import { type SubletService, serviceKeys } from './service-schema.ts'
import { reportIssues } from './sublet-issues.ts'
import { type SubletFile, type SubletGroup, type SubletPlacement, subletFileSchema } from './sublet-schema.ts'
import { normalService } from './sublet-service.ts'

/** The group of a file that names none. */
export const defaultGroupName = 'main'
export const personWindowMs = 60_000
const maxServices = 256

const fits = compileCheck(subletFileSchema)

/** Reads Sublet's own YAML. */
export function readSublet({ tree, findings }: Source): Workload | undefined {
  if (!isTree(tree)) {
    findings.error([], 'sublet.not-a-mapping', 'The file says nothing to run.', {
      expected: 'a mapping with an image or services',
      mend: 'write `image: NAME` and `port: NUMBER`',
    })
    return undefined
  }
  if (hasTooManyServices(findings, tree)) return undefined
  const spelled = respell(tree, false)
  if (!fits(spelled)) {
    const parsed = subletFileSchema.safeParse(spelled)
    reportIssues(findings, subletFileSchema, spelled, parsed.error?.issues ?? [])
    // What the schema takes is looked at all the same, so that all is said at once.
    const rest = fittingRemainder(subletFileSchema, spelled, standIn)
    if (rest === undefined) return undefined
    findings.relocate(rest.placeInFile)
    groupsOf(findings, rest.tree as SubletFile)
    return undefined
  }
  const file = spelled as SubletFile
  const groups = groupsOf(findings, file)
  return findings.hasErrors || groups === undefined ? undefined : normalWorkload(file, groups)
}

/** What others name, or what must be there. A service's own keys stand at odd depths: alone, in `services`, or in a group's. */
function standIn(path: Path): unknown {
  const [last, parent] = [path.at(-1), path.at(-2)]
  if (path.length % 2 === 0) {
    if (parent === 'services') return { image: 'misfit' }
    if (parent === 'groups' && path.length === 2) return { services: { misfit: { image: 'misfit' } } }
    return parent === 'ports' && typeof last === 'number' ? last + 1 : undefined
  }
  switch (last) {
    case 'services':
      return { misfit: { image: 'misfit' } }
    case 'groups':
      return path.length === 1 ? { misfit: { services: { misfit: { image: 'misfit' } } } } : undefined
    case 'image':
      return 'misfit'
    case 'port':
      return 1
    case 'ports':
      return [1]
    default:
      return undefined
  }
}

function hasTooManyServices(findings: Findings, tree: Tree): boolean {
  const countIn = (group: unknown) => {
    const services = isTree(group) ? own(group, 'services') : undefined
    return isTree(services) ? Object.keys(services).length : 0
  }
  const groups = own(tree, 'groups')
  const count = [tree, ...(isTree(groups) ? Object.values(groups) : [])].reduce<number>(
    (sum, group) => sum + countIn(group),
    0,
  )
  if (count <= maxServices) return false
  findings.error(
    [isTree(groups) ? 'groups' : 'services'],
    'sublet.too-many-services',
    `The file has ${count} services.`,
    { at: 'key', expected: `at most ${maxServices} in one file`, mend: 'split it into several files' },
  )
  return true
}

/** Under these keys a scalar is text, as it was spelled: `args: [1.10]` means "1.10". */
export const textualKeys: ReadonlySet<string> = new Set([
  'command',
  'args',
  'env',
  'files',
  'headers',
  'body',
  'attributes',
  'user',
  'revision',
  'image',
  'name',
])

/** Kept as they are for the controller. */
const blocks = new Set(['autoscale', 'cluster', 'service-levels'])

function respell(value: unknown, asText: boolean, top = true): unknown {
  if (isTree(value)) {
    // At the top an extension is where anchors may stand; it means nothing by itself.
    const entries = Object.entries(value).filter(([key]) => !(top && key.startsWith('x-')))
    return Object.fromEntries(
      entries.map(([key, inner]) => [
        key,
        top && blocks.has(key) ? plainOf(inner) : respell(inner, asText || textualKeys.has(key), false),
      ]),
    )
  }
  if (Array.isArray(value)) return value.map((inner) => respell(inner, asText, false))
  return asText ? (textOf(value) ?? value) : plainOf(value)
}

interface PlacedGroup {
  name: string
  path: Path
  group: SubletGroup
  /** The group's services are the file itself. */
  short: boolean
}

function groupsOf(findings: Findings, file: SubletFile): Group[] | undefined {
  const placed = placeGroups(findings, file)
  if (placed === undefined) return undefined
  const groups = placed.map(({ name, path, group, short }) => normalGroup(findings, name, path, group, short))
  return groups.sort((a, b) => compareText(a.name, b.name))
}

function placeGroups(findings: Findings, file: SubletFile): PlacedGroup[] | undefined {
  const { image, services, groups, placement, price, ips } = file
  const shortKeys = serviceKeys.filter((key) => Object.hasOwn(file, key))
  const rest = { placement, price, ips }
  if (services !== undefined || groups !== undefined) {
    for (const key of shortKeys) {
      const under = groups === undefined ? 'services' : 'groups'
      findings.error(
        [key],
        'sublet.misplaced',
        `\`${key}\` belongs to a service when there are \`${under}\`.`,
        { at: 'key', mend: `move it under the service that needs it` },
      )
    }
  }
  if (groups !== undefined) {
    for (const key of ['services', 'placement', 'price', 'ips'] as const) {
      if (file[key] === undefined) continue
      findings.error([key], 'sublet.misplaced', `\`${key}\` belongs to a group when there are \`groups\`.`, {
        at: 'key',
        mend: 'move it under the group that needs it',
      })
    }
    const list = Object.entries(groups).map(([name, group]) => ({
      name,
      path: ['groups', name],
      group,
      short: false,
    }))
    if (list.length === 0)
      findings.error(['groups'], 'sublet.nothing-to-run', 'There is no group to run.', { at: 'key' })
    return list
  }
  if (services !== undefined)
    return [{ name: defaultGroupName, path: [], group: { services, ...rest }, short: false }]
  if (image === undefined) {
    findings.error(['image'], 'sublet.nothing-to-run', 'The file says nothing to run.', {
      at: 'key',
      expected: 'an image or services',
      mend: 'write `image: NAME` and `port: NUMBER`',
    })
    return undefined
  }
  const name = file.name ?? nameOfImage(image)
  const service: SubletService = { ...file, image }
  return [
    { name: defaultGroupName, path: [], group: { services: { [name]: service }, ...rest }, short: true },
  ]
}

function normalGroup(
  findings: Findings,
  name: string,
  path: Path,
  group: SubletGroup,
  short: boolean,
): Group {
  const services = Object.entries(group.services).map(([serviceName, service]) => {
    const at = short ? path : [...path, 'services', serviceName]
    if (!short) checkName(findings, at, serviceName)
    return { at, service: normalService(findings, at, serviceName, service) }
  })
  if (services.length === 0) {
    findings.error([...path, 'services'], 'sublet.nothing-to-run', 'There is no service to run.', {
      at: 'key',
      mend: 'add one with an image',
    })
  }
  checkGroup(findings, path, services, group.ips ?? [])
  const price =
    group.price === undefined ? undefined : typeof group.price === 'object' ? group.price.max : group.price
  const rate = price === undefined ? undefined : parsePrice(price)
  return {
    name,
    placement: normalPlacement(findings, [...path, 'placement'], group.placement ?? {}),
    services: services.map(({ service }) => service).sort((a, b) => compareText(a.name, b.name)),
    ips: [...new Set(group.ips ?? [])].sort(compareText),
    ...(rate === undefined ? {} : { maxRatePerHour: rate.toString() }),
  }
}

function normalPlacement(findings: Findings, path: Path, file: SubletPlacement): Placement {
  const latency = file['max-latency'] === undefined ? undefined : parseDuration(file['max-latency'])
  if (latency === 0) {
    findings.error([...path, 'max-latency'], 'sublet.zero', '`max-latency` cannot be zero.', {
      expected: 'a time such as 50ms',
    })
  }
  const regions =
    file.region === undefined ? [] : typeof file.region === 'string' ? [file.region] : file.region
  const attributes = Object.entries(file.attributes ?? {}).map(([key, value]) => ({
    key,
    value: String(value),
  }))
  return {
    regions: [...new Set(regions)].sort(compareText),
    ...(latency === undefined ? {} : { maxLatencyMs: latency }),
    attributes: attributes.sort((a, b) => compareText(a.key, b.key)),
    auditors: {
      anyOf: [...new Set(file.auditors?.any ?? [])].sort(compareText),
      allOf: [...new Set(file.auditors?.all ?? [])].sort(compareText),
    },
  }
}

function normalWorkload(file: SubletFile, groups: Group[]): Workload {
  const duration = file.duration === undefined ? undefined : parseDuration(file.duration)
  return {
    form: 'sublet/1',
    name: file.name ?? groups[0]?.services[0]?.name ?? 'workload',
    groups,
    policy: normalPolicy(file.policy),
    ...(duration === undefined || duration === 0 ? {} : { maxDurationSeconds: Math.ceil(duration / 1000) }),
    ...(file.autoscale === undefined ? {} : { autoscale: file.autoscale }),
    ...(file.cluster === undefined ? {} : { cluster: file.cluster }),
    ...(file['service-levels'] === undefined ? {} : { serviceLevels: file['service-levels'] }),
  }
}

/** What is chosen when a file does not say: the cheapest acceptable bid, at once. */
export function normalPolicy(policy: SubletFile['policy']): Policy {
  const given = typeof policy === 'string' ? { choose: policy } : (policy ?? {})
  const choose = given.choose ?? 'cheapest'
  const auction = ('auction' in given ? given.auction : undefined) ?? 'first'
  const window = 'window' in given && given.window !== undefined ? parseDuration(given.window) : undefined
  return { choose, auction, windowMs: window ?? (choose === 'person' ? personWindowMs : 0) }
}

/** `ghcr.io/acme/My_App:1` is `my-app`. */
export function nameOfImage(image: string): string {
  const last = image.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? ''
  const name = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return name === '' ? 'app' : name
}
