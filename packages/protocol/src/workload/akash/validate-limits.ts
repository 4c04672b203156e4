import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import type { PlacedGroup, PlacedService } from './placed-service.ts'
import type { SdlResources } from './sdl.ts'

// As Akash's chain sets them, the same for everybody.
const mebibyte = 1024 ** 2
const tebibyte = 1024 ** 4
const maxUnits = 50
const cpu = { least: 10, most: 384_000 } as const
const gpu = { least: 0, most: 24 } as const
const memory = { least: mebibyte, most: 2 * tebibyte } as const
const volume = { least: 5 * mebibyte, most: 32 * tebibyte } as const
const maxPrice = 10_000_000n * 10n ** 18n

/** What Akash's chain limits: each unit, each placement's total, and its money. */
export function validateLimits(findings: Findings, groups: readonly PlacedGroup[]): void {
  const checked = new Set<string>()
  for (const { name, services } of groups) {
    for (const { profileName, compute } of services) {
      if (checked.has(profileName) || compute.resources === undefined) continue
      checked.add(profileName)
      validateUnit(findings, ['profiles', 'compute', profileName, 'resources'], compute.resources)
    }
    if (name === '')
      findings.error(['profiles', 'placement', name], 'akash.placement-name', 'A placement has no name.', {
        at: 'key',
      })
    validateTotals(findings, name, services)
  }
  validatePrices(findings, groups)
}

function validateUnit(
  findings: Findings,
  path: Path,
  { cpu: cores, gpu: gpus, memory: ram, storage }: SdlResources,
): void {
  if (cores === undefined) missing(findings, [...path, 'cpu'], 'CPU', '`cpu: {units: 0.5}`')
  else if (isBeyond(cores.units, cpu))
    refuse(findings, [...path, 'cpu', 'units'], cores.units, cpu, '0.01 to 384 cores')
  if (gpus !== undefined) {
    if (isBeyond(gpus.units, gpu))
      refuse(findings, [...path, 'gpu', 'units'], gpus.units, gpu, 'at most 24 GPUs')
    if (gpus.units === 0 && gpus.attributes.length > 0) {
      findings.error(
        [...path, 'gpu', 'attributes'],
        'akash.gpu-none',
        'There are GPU attributes but no GPU.',
        {
          at: 'key',
          mend: 'set `units`, or remove the attributes',
        },
      )
    }
  }
  if (ram === undefined) missing(findings, [...path, 'memory'], 'memory', '`memory: {size: 512Mi}`')
  else if (isBeyond(ram.bytes, memory))
    refuse(findings, [...path, 'memory', 'size'], ram.bytes, memory, '1Mi to 2Ti')
  if (storage === null) missing(findings, [...path, 'storage'], 'storage', '`storage: {size: 1Gi}`')
  for (const { bytes, declared } of storage ?? []) {
    if (!isBeyond(bytes, volume)) continue
    const at =
      (storage?.length ?? 0) === 1 && declared === 0 ? [...path, 'storage'] : [...path, 'storage', declared]
    refuse(findings, at, bytes, volume, '5Mi to 32Ti for each volume')
  }
}

function missing(findings: Findings, path: Path, what: string, example: string): void {
  findings.error(path, 'akash.missing', `The compute profile says nothing of ${what}.`, {
    at: 'key',
    mend: `add ${example}`,
  })
}

interface Bounds {
  least: number
  most: number
}

/** NaN is not: it was complained of when it was read. */
function isBeyond(value: number, { least, most }: Bounds): boolean {
  return value < least || value > most
}

function refuse(findings: Findings, path: Path, value: number, { least }: Bounds, expected: string): void {
  findings.error(
    path,
    'akash.limit',
    value < least ? 'This is too little for Akash.' : 'This is too much for Akash.',
    { expected },
  )
}

function validateTotals(findings: Findings, placement: string, entries: readonly PlacedService[]): void {
  const total = { cpu: 0, gpu: 0, memory: 0, count: 0 }
  for (const { compute, count } of entries) {
    total.cpu += (compute.resources?.cpu?.units ?? 0) * count
    total.gpu += (compute.resources?.gpu?.units ?? 0) * count
    total.memory += (compute.resources?.memory?.bytes ?? 0) * count
    total.count += count
  }
  const first = entries[0]?.serviceName ?? ''
  const path = ['deployment', first, placement, 'count'] as const
  if (total.count === 0) {
    findings.error(path, 'akash.count', `Nothing of \`${placement}\` is deployed: the count is zero.`, {
      mend: 'write `count: 1`',
    })
  }
  limitTotal(findings, path, total.cpu, cpu, 'CPU')
  limitTotal(findings, path, total.gpu, gpu, 'GPU')
  limitTotal(findings, path, total.memory, memory, 'memory')
}

function limitTotal(
  findings: Findings,
  path: readonly [string, string, string, string],
  sum: number,
  { most }: Bounds,
  what: string,
): void {
  if (!(sum > most * maxUnits)) return
  findings.error(path, 'akash.total', `All services of \`${path[2]}\` together take too much ${what}.`, {
    expected: `at most ${maxUnits} times what one may take`,
  })
}

/** One denomination in the whole file; Akash panics on two in one placement and refuses two in two. */
function validatePrices(findings: Findings, groups: readonly PlacedGroup[]): void {
  let denom: string | undefined
  for (const { name, services } of groups) {
    for (const { profileName, price } of services) {
      if (price === undefined) continue
      if (price.amount > maxPrice) {
        const path = ['profiles', 'placement', name, 'pricing', profileName]
        findings.error([...path, 'amount'], 'akash.amount', 'The amount is too large.', {
          expected: 'at most 10000000 for each block',
        })
      }
      denom ??= price.denom
      if (price.denom === denom) continue
      findings.error(
        ['profiles', 'placement', name, 'pricing', profileName, 'denom'],
        'akash.mixed-denominations',
        `The file has prices in both \`${denom}\` and \`${price.denom}\`.`,
        {
          mend: `write \`denom: ${denom}\` everywhere`,
        },
      )
    }
  }
}
