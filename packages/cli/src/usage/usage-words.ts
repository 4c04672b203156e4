import { type InstanceSample, type LeaseSample, sizeWords } from '@sublet/protocol'

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
        ? sizeWords(instance[counter])
        : `${sizeWords(Math.max(0, instance[counter] - earlier[counter]) / seconds)}/s`
    return {
      instance: `${instance.service}/${instance.replica}`,
      cores: `${(instance.cpuMillis / 1000).toFixed(2)} of ${instance.cpuLimitMillis / 1000}`,
      memory: `${sizeWords(instance.memoryBytes)} of ${sizeWords(instance.memoryLimitBytes)}`,
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
      : `${sizeWords(memoryUsedBytes)} of ${sizeWords(memoryTotalBytes)}`,
    temperatureCelsius === undefined ? undefined : `${temperatureCelsius} °C`,
  ]
  return parts.filter((part) => part !== undefined).join(', ') || 'no figures'
}
