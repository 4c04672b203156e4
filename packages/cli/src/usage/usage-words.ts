import type { InstanceSample, LeaseSample } from '@sublet/protocol'

type Counter = 'receivedBytes' | 'sentBytes' | 'readBytes' | 'writtenBytes'

/** What is told of an instance in a row: rates where there is a sample before it, totals where there is none. */
export interface UsageWords {
  instance: string
  cores: string
  memory: string
  network: string
  disk: string
  gpu: string
}

/** The instances of a sample in words. */
export function usageWords(sample: LeaseSample, before?: LeaseSample): UsageWords[] {
  const seconds = before === undefined ? 0 : (sample.atMs - before.atMs) / 1000
  return sample.instances.map((instance) => {
    const earlier = before?.instances.find(
      ({ service, replica }) => service === instance.service && replica === instance.replica,
    )
    const moved = (counter: Counter) =>
      earlier === undefined || seconds <= 0
        ? bytes(instance[counter])
        : `${bytes(Math.max(0, instance[counter] - earlier[counter]) / seconds)}/s`
    return {
      instance: `${instance.service}/${instance.replica}`,
      cores: `${(instance.cpuMillis / 1000).toFixed(2)} of ${instance.cpuLimitMillis / 1000}`,
      memory: `${bytes(instance.memoryBytes)} of ${bytes(instance.memoryLimitBytes)}`,
      network: `${moved('receivedBytes')} in, ${moved('sentBytes')} out`,
      disk: `${moved('readBytes')} in, ${moved('writtenBytes')} out`,
      gpu: instance.gpus.map(gpuOf).join('  ') || '–',
    }
  })
}

function gpuOf({
  utilisationPercent,
  memoryUsedBytes,
  memoryTotalBytes,
  temperatureCelsius,
}: InstanceSample['gpus'][number]): string {
  const parts = [
    utilisationPercent === undefined ? undefined : `${utilisationPercent} %`,
    memoryUsedBytes === undefined || memoryTotalBytes === undefined
      ? undefined
      : `${bytes(memoryUsedBytes)} of ${bytes(memoryTotalBytes)}`,
    temperatureCelsius === undefined ? undefined : `${temperatureCelsius} °C`,
  ]
  return parts.filter((part) => part !== undefined).join(', ') || 'no figures'
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

function bytes(count: number): string {
  const step = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10))
  const value = count / 1024 ** step
  return `${step === 0 ? Math.round(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[step]}`
}
