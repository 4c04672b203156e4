import { parseBytes } from '../../units/quantity.ts'
import { gibibyte } from '../../units/units.ts'
import { normalModel, vendorOfModel } from '../gpu-model.ts'
import type { Path } from '../source/places.ts'
import type { Gpu, Resources, Volume } from '../workload.ts'
import { composeBytes, composeCount, composeCpu } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposeDevice, ComposeService } from './service-schema.ts'

/** What a service gets when its file does not say; Compose itself sets no limits. */
const plainResources = { cpuMillis: 1_000, memoryBytes: gibibyte, storageBytes: 5 * gibibyte } as const
const gpuResources = { cpuMillis: 4_000, memoryBytes: 16 * gibibyte, storageBytes: 50 * gibibyte } as const
const leastMemoryBytes = 4 * 1024 * 1024

/** The larger of limit and reservation is what is rented. */
export function mapResources(
  service: ComposeService,
  volumes: Volume[],
  path: Path,
  scope: Scope,
): Resources {
  const { limits, reservations } = service.deploy?.resources ?? {}
  const gpu = mapGpu(service, path, scope)
  const usual = gpu === undefined ? plainResources : gpuResources
  const cpu = largest([limits?.cpus, reservations?.cpus, service.cpus], composeCpu)
  const memory = largest(
    [limits?.memory, reservations?.memory, service.mem_limit, service.mem_reservation],
    composeBytes,
  )
  if (memory !== undefined && memory < leastMemoryBytes) {
    scope.findings.warn(
      [...path, 'deploy'],
      'compose.memory',
      'No container starts with this little memory.',
      {
        at: 'key',
        expected: 'a size such as 512m',
      },
    )
  }
  const storage = service['x-sublet']?.storage
  const arch = archOf(service.platform, path, scope)
  return {
    cpuMillis: cpu ?? usual.cpuMillis,
    ...(arch === undefined ? {} : { cpuArch: arch }),
    memoryBytes: memory ?? usual.memoryBytes,
    storageBytes: (storage === undefined ? undefined : parseBytes(storage)) ?? usual.storageBytes,
    volumes,
    ...(gpu === undefined ? {} : { gpu }),
  }
}

/** Zero means no limit, so it does not count. */
function largest(
  given: readonly (string | number | undefined)[],
  parse: (value: string | number) => number | undefined,
): number | undefined {
  const values = given
    .flatMap((value) => (value === undefined ? [] : [parse(value) ?? 0]))
    .filter((value) => value > 0)
  return values.length === 0 ? undefined : Math.max(...values)
}

function archOf(platform: string | undefined, path: Path, { findings }: Scope): string | undefined {
  if (platform === undefined) return undefined
  const [system, arch, ...variant] = platform.toLowerCase().split('/')
  if (system !== 'linux' && arch !== undefined) {
    findings.error(
      [...path, 'platform'],
      'compose.platform',
      `\`${platform.slice(0, 40)}\` is not to be had.`,
      {
        expected: 'linux/amd64 or linux/arm64',
      },
    )
    return undefined
  }
  const name = arch ?? system ?? ''
  const known = { x86_64: 'amd64', aarch64: 'arm64' }[name] ?? name
  return [known === 'linux' ? '' : known, ...variant].filter((part) => part !== '').join('/') || undefined
}

interface GpuWish {
  at: Path
  count: number
  vendor: string | undefined
}

function mapGpu(service: ComposeService, path: Path, scope: Scope): Gpu | undefined {
  const { gpus, deploy, runtime } = service
  const wishes: GpuWish[] = []
  const devicesAt = [...path, 'deploy', 'resources', 'reservations', 'devices']
  for (const [index, device] of (deploy?.resources?.reservations?.devices ?? []).entries()) {
    const at = [...devicesAt, index]
    const asked = device.capabilities.map((capability) => capability.toLowerCase())
    if (asked.includes('gpu') || (device.driver === 'nvidia' && asked.length > 0))
      wishes.push(deviceWish(device, at, scope))
    else {
      scope.findings.error(at, 'compose.device', 'Only GPUs can be reserved on a rented machine.', {
        expected: '`capabilities: [gpu]`',
      })
    }
  }
  if (gpus !== undefined && !Array.isArray(gpus))
    wishes.push(deviceWish({ count: String(gpus) }, [...path, 'gpus'], scope))
  for (const [index, device] of (Array.isArray(gpus) ? gpus : []).entries())
    wishes.push(deviceWish(device, [...path, 'gpus', index], scope))
  if (wishes.length === 0 && runtime === 'nvidia')
    wishes.push({ at: [...path, 'runtime'], count: 1, vendor: 'nvidia' })
  const wish = service['x-sublet']?.gpu
  const [first] = wishes
  if (first === undefined) {
    if (wish !== undefined) {
      scope.findings.warn(
        [...path, 'x-sublet', 'gpu'],
        'compose.no-gpu',
        'A kind of GPU is named, but no GPU is asked for.',
        {
          at: 'key',
          mend: 'add `gpus: all`',
        },
      )
    }
    return undefined
  }
  const count = wishes.reduce((sum, { count: each }) => sum + each, 0)
  if (count < 1 || count > 64) {
    scope.findings.error(first.at, 'compose.gpu-count', `${count} GPUs are not to be had.`, {
      expected: 'from 1 to 64',
    })
    return undefined
  }
  const models = wish?.model === undefined ? [] : typeof wish.model === 'string' ? [wish.model] : wish.model
  // CUDA images are what `gpus: all` means on a machine of one's own.
  const vendor = wish?.vendor ?? first.vendor ?? 'nvidia'
  const memory = wish?.memory === undefined ? undefined : parseBytes(wish.memory)
  const anyOf: Gpu['anyOf'] = models.map((model) => ({
    vendor: wish?.vendor ?? vendorOfModel(model),
    model: normalModel(model),
  }))
  return {
    count,
    anyOf: anyOf.length === 0 ? [{ vendor }] : anyOf,
    ...(memory === undefined || memory === 0 ? {} : { minMemoryBytes: memory }),
  }
}

/** `cdi` hands out any vendor's cards; others are called after what drives them. */
function vendorOfDriver(driver: string): string | undefined {
  if (driver === 'cdi' || driver === '') return undefined
  return driver === 'amdgpu' || driver === 'rocm' ? 'amd' : driver
}

function deviceWish(device: Omit<ComposeDevice, 'capabilities'>, at: Path, { findings }: Scope): GpuWish {
  const vendor = device.driver === undefined ? undefined : vendorOfDriver(device.driver.toLowerCase())
  if (device.device_ids !== undefined) return { at, count: device.device_ids.length, vendor }
  if (device.count === undefined || device.count === 'all' || device.count === '-1') {
    if (device.count !== undefined) {
      findings.warn(at, 'compose.all-gpus', 'All GPUs of a machine that is not known yet: one is rented.', {
        mend: 'write a number, such as `count: 1`',
      })
    }
    return { at, count: 1, vendor }
  }
  const count = composeCount(device.count)
  if (count === undefined) {
    findings.error(at, 'compose.gpu-count', 'This is no number of GPUs.', {
      expected: 'a number such as 1, or all',
    })
  }
  return { at, count: count ?? 1, vendor }
}
