import { type Address, type Ask, type GpuStock, gibibyte, type Hex, type SignedAsk } from '@sublet/protocol'

/** A market of invented providers, for tests and for working on the page without a network. */

export function sampleAddress(number: number): Address {
  return `0x${(BigInt(number) * 0x9e3779b97f4a7c15n * 0x1_0000_0001_0000_0001n).toString(16).padStart(40, '0').slice(-40)}`
}

export function sampleHex(number: number): Hex {
  return `0x${(BigInt(number) * 0x9e3779b97f4a7c15n).toString(16).padStart(64, '7').slice(-64)}`
}

export const sampleToken = sampleAddress(9001)
export const sampleTenant = sampleAddress(4242)

function gpu(model: string, memoryGib: number, total: number, free: number): GpuStock {
  return { vendor: 'nvidia', model, memoryBytes: memoryGib * gibibyte, total, free }
}

interface SampleMachine {
  region: string
  cores: [number, number]
  memoryGib: [number, number]
  gpus: GpuStock[]
  prices: Record<string, bigint>
  corePrice: bigint
  runtime?: string
}

const machines: SampleMachine[] = [
  {
    region: 'eu-west',
    cores: [32, 21.5],
    memoryGib: [128, 88],
    gpus: [gpu('rtx4090', 24, 4, 1)],
    prices: { rtx4090: 340_000n },
    corePrice: 11_000n,
  },
  {
    region: 'eu-north',
    cores: [128, 96],
    memoryGib: [1024, 700],
    gpus: [gpu('h100', 80, 8, 3)],
    prices: { h100: 1_950_000n },
    corePrice: 14_000n,
  },
  {
    region: 'us-east',
    cores: [64, 40],
    memoryGib: [256, 190],
    gpus: [gpu('a100', 80, 8, 5), gpu('l40s', 48, 4, 4)],
    prices: { a100: 1_180_000n, '*': 790_000n },
    corePrice: 12_500n,
  },
  {
    region: 'eu-west',
    cores: [16, 4],
    memoryGib: [64, 20],
    gpus: [gpu('rtx3090', 24, 2, 0)],
    prices: { rtx3090: 180_000n },
    corePrice: 9_000n,
    runtime: 'podman',
  },
  {
    region: 'ap-south',
    cores: [24, 24],
    memoryGib: [96, 96],
    gpus: [gpu('rtx4090', 24, 2, 2)],
    prices: { rtx4090: 295_000n },
    corePrice: 8_200n,
  },
  {
    region: 'us-west',
    cores: [96, 71],
    memoryGib: [384, 300],
    gpus: [],
    prices: {},
    corePrice: 7_400n,
  },
]

export function sampleAsks(nowMs: number): SignedAsk[] {
  return machines.map((machine, index) => ({
    ask: askOf(machine, index, nowMs),
    signature: sampleHex(index + 50),
  }))
}

function askOf(machine: SampleMachine, index: number, nowMs: number): Ask {
  const [cores, freeCores] = machine.cores
  const [memory, freeMemory] = machine.memoryGib
  return {
    provider: sampleAddress(index + 1),
    chainId: 31337,
    sequence: nowMs,
    expiresAtMs: nowMs + 60_000,
    token: sampleToken,
    prices: {
      cpuPerCoreHour: machine.corePrice,
      memoryPerGibHour: machine.corePrice / 5n,
      storagePerGibHour: { default: 40n, nvme: 110n },
      gpuPerHour: machine.prices,
      endpointPerHour: 500n,
      ipPerHour: 4_000n,
    },
    inventory: {
      cpuMillis: { total: cores * 1000, free: freeCores * 1000 },
      cpuArch: 'amd64',
      memoryBytes: { total: memory * gibibyte, free: freeMemory * gibibyte },
      storageBytes: { default: { total: 2048 * gibibyte, free: 1600 * gibibyte } },
      gpus: machine.gpus,
      ips: { total: 0, free: 0 },
    },
    region: machine.region,
    attributes: { tier: 'community' },
    runtime: machine.runtime ?? 'docker',
    tenants: [],
    publicKey: sampleHex(index + 90),
    images: [],
  }
}
