/** Something that can be fetched again when it is needed again. */
export interface CachedItem {
  name: string
  sizeBytes: number
  /** Milliseconds since 1970. */
  usedAtMs: number
  /** A lease needs it now. */
  inUse: boolean
}

/**
 * What to remove to free at least so many bytes: what was not used for longest goes first, and what is in use never
 * goes. Frees less where nothing more may go, and removes nothing without need.
 */
export function leastUsed<Item extends CachedItem>(items: readonly Item[], toFreeBytes: number): Item[] {
  const removable = items
    .filter(({ inUse }) => !inUse)
    .sort((a, b) => a.usedAtMs - b.usedAtMs || b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1))
  const chosen: Item[] = []
  let freed = 0
  for (const item of removable) {
    if (freed >= toFreeBytes) break
    chosen.push(item)
    freed += item.sizeBytes
  }
  return chosen
}

/** Bytes to free so that a cache keeps to its size. */
export function overBytes(items: readonly CachedItem[], mostBytes: number): number {
  return Math.max(0, items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - mostBytes)
}

/**
 * Bytes to free on a disk that is fuller than its high-water mark, to bring it down to the low one; 0 below the high
 * one, so that cleaning is seldom and worth it.
 */
export function overHighWater(
  disk: { totalBytes: number; freeBytes: number },
  { highPercent, lowPercent }: { highPercent: number; lowPercent: number },
): number {
  const usedBytes = disk.totalBytes - disk.freeBytes
  if (usedBytes * 100 <= disk.totalBytes * highPercent) return 0
  return Math.max(0, Math.ceil(usedBytes - (disk.totalBytes * Math.min(lowPercent, highPercent)) / 100))
}
