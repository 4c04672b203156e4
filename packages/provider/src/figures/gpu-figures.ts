import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { GpuSample } from '@sublet/protocol'

const mebibyte = 1024 * 1024

export const gpuFiguresQuery = [
  '--query-gpu=uuid,utilization.gpu,memory.used,memory.total,power.draw,temperature.gpu',
  '--format=csv,noheader,nounits',
]

/** Reads `nvidia-smi` asked with `gpuFiguresQuery`. What a card does not tell (`[N/A]`) is left out. */
export function readGpuFigures(output: string): GpuSample[] {
  return output.split('\n').flatMap((line) => {
    const [id = '', utilisation, used, total, power, temperature] = line
      .split(',')
      .map((field) => field.trim())
    if (!id.startsWith('GPU-') && !id.startsWith('MIG-')) return []
    return [
      {
        id,
        ...whole('utilisationPercent', utilisation, 1),
        ...whole('memoryUsedBytes', used, mebibyte),
        ...whole('memoryTotalBytes', total, mebibyte),
        ...whole('powerMilliwatts', power, 1000),
        ...whole('temperatureCelsius', temperature, 1),
      },
    ]
  })
}

function whole<Name extends string>(name: Name, text: string | undefined, factor: number) {
  const value = text === undefined || text === '' ? Number.NaN : Number(text) * factor
  return (Number.isFinite(value) ? { [name]: Math.round(value) } : {}) as { [K in Name]?: number }
}

/** Live figures of this machine's GPUs. */
export interface GpuFigures {
  /** Those of some devices; a device that nothing is told of comes by its id alone. */
  of(ids: readonly string[]): Promise<GpuSample[]>
}

/** Asking the driver takes a tenth of a second, so its answer serves everybody for this long. */
const freshMs = 900
const timeoutMs = 5_000

export function createGpuFigures({
  now,
  ask = async () => (await promisify(execFile)('nvidia-smi', gpuFiguresQuery, { timeout: timeoutMs })).stdout,
}: {
  now: () => number
  ask?: () => Promise<string>
}): GpuFigures {
  let asked: { atMs: number; answer: Promise<GpuSample[]> } | undefined
  return {
    async of(ids) {
      if (ids.length === 0) return []
      if (asked === undefined || now() - asked.atMs >= freshMs)
        asked = { atMs: now(), answer: ask().then(readGpuFigures, () => []) }
      const all = await asked.answer
      return ids.map((id) => all.find((one) => one.id === id) ?? { id })
    },
  }
}
