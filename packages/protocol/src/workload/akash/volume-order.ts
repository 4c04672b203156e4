import { compareText } from '../source/records.ts'
import type { SdlVolume } from './sdl.ts'

interface Ranked {
  volume: SdlVolume
  persistent: string
}

/**
 * Akash's order of volumes. Its comparison contradicts itself (of two equal volumes that are not persistent, each
 * comes before the other), so the outcome is that of Go's insertion sort, and must be, as the hash depends on it.
 */
export function sortVolumes(volumes: readonly SdlVolume[]): SdlVolume[] {
  const sorted = volumes.map((volume) => ({ volume, persistent: persistence(volume) }))
  for (let end = 1; end < sorted.length; end += 1) {
    for (let at = end; at > 0; at -= 1) {
      const lower = sorted[at - 1]
      const upper = sorted[at]
      if (lower === undefined || upper === undefined || !comesBefore(upper, lower)) break
      sorted[at - 1] = upper
      sorted[at] = lower
    }
  }
  return sorted.map(({ volume }) => volume)
}

function comesBefore(
  { volume: a, persistent: ofA }: Ranked,
  { volume: b, persistent: ofB }: Ranked,
): boolean {
  if (a.bytes !== b.bytes) return a.bytes < b.bytes
  if (ofA === '' && ofB !== '') return true
  if (ofA !== '' && ofB === '') return false
  if (ofA !== '' && ofA < ofB) return true
  if (ofA !== 'true') return true
  if (ofB !== 'true') return false
  return compareText(a.name, b.name) < 0
}

function persistence(volume: SdlVolume): string {
  return volume.attributes.find(({ key }) => key === 'persistent')?.value ?? ''
}
