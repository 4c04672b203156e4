const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `0 B`, `1.2 KiB`, `340 MiB`. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** step
  return `${step === 0 ? Math.round(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[step]}`
}
