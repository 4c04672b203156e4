import { compareText } from '../source/records.ts'
import type { SdlVolume } from './sdl.ts'

/**
 * Akash's order of volumes. Its comparison contradicts itself (of two equal volumes that are not persistent, each
 * comes before the other), so the outcome is that of Go's insertion sort, and must be, as the hash depends on it.
 */
export function sortVolumes(volumes: readonly SdlVolume[]): SdlVolume[] {
  const sorted = volumes.slice()
  for (let end = 1; end < sorted.length; end += 1) {
    for (let at = end; at > 0; at -= 1) {
      const [lower, upper] = [sorted[at - 1], sorted[at]]
      if (lower === undefined || upper === undefined || !comesBefore(upper, lower)) break
      sorted[at - 1] = upper
      sorted[at] = lower
    }
  }
  return sorted
}

function comesBefore(a: SdlVolume, b: SdlVolume): boolean {
  if (a.bytes !== b.bytes) return a.bytes < b.bytes
  const [persistentA, persistentB] = [persistence(a), persistence(b)]
  if (persistentA === '' && persistentB !== '') return true
  if (persistentA !== '' && persistentB === '') return false
  if (persistentA !== '' && persistentA < persistentB) return true
  if (persistentA !== 'true') return true
  if (persistentB !== 'true') return false
  return compareText(a.name, b.name) < 0
}

function persistence(volume: SdlVolume): string {
  return volume.attributes.find(({ key }) => key === 'persistent')?.value ?? ''
}
