import type { LeaseSample, LeaseStatus } from '@sublet/protocol'

const mebibyte = 1024 ** 2

/** What an invented lease uses at a moment: waves, so that every line of a chart moves; a GPU where it costs as one. */
export function sampleUsage(
  { services, openedAt = 0, ratePerHour }: LeaseStatus,
  nowMs: number,
): LeaseSample {
  const seconds = nowMs / 1000 - openedAt
  const wave = (periodSeconds: number) => (1 + Math.sin((2 * Math.PI * seconds) / periodSeconds)) / 2
  const moved = (bytesPerSecond: number) =>
    Math.round(bytesPerSecond * (seconds + (20 / (2 * Math.PI)) * (1 - Math.cos(seconds / 20))))
  return {
    atMs: Math.round(nowMs),
    instances: services.map(({ name }) => ({
      service: name,
      replica: 0,
      cpuMillis: Math.round(300 + 900 * wave(30)),
      cpuLimitMillis: 2000,
      memoryBytes: Math.round((380 + 90 * wave(47)) * mebibyte),
      memoryLimitBytes: 1024 * mebibyte,
      processes: 12,
      receivedBytes: moved(180_000),
      sentBytes: moved(1_400_000),
      readBytes: 44 * mebibyte,
      writtenBytes: moved(24_000),
      gpus:
        ratePerHour < gpuRatePerHour
          ? []
          : [
              {
                id: 'GPU-5a1c0e9d',
                utilisationPercent: Math.round(60 + 38 * wave(23)),
                memoryUsedBytes: Math.round((17_000 + 900 * wave(60)) * mebibyte),
                memoryTotalBytes: 24_564 * mebibyte,
              },
            ],
    })),
  }
}

const gpuRatePerHour = 100_000n
