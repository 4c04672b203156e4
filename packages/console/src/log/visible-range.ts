/** Every log line is as high as every other, so that places can be counted. */
export const lineHeightPx = 18
const spareLines = 20

/** Which of `count` lines to draw for a window of `heightPx` at `topPx`: those in sight and a few around. */
export function visibleRange(count: number, topPx: number, heightPx: number): { from: number; to: number } {
  const first = Math.floor(Math.max(0, topPx) / lineHeightPx)
  const last = Math.ceil((Math.max(0, topPx) + Math.max(0, heightPx)) / lineHeightPx)
  const from = Math.max(0, Math.min(first, count) - spareLines)
  return { from, to: Math.min(count, Math.max(last, 0) + spareLines) }
}
