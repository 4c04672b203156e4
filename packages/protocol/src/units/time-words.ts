const unitSeconds = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/**
 * A length of time for people, in its two largest parts: `840 ms`, `1.24 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. Not to
 * be read back; what is written into files is `formatDuration`.
 */
export function durationWords(durationMs: number): string {
  const ms = Math.max(0, durationMs)
  if (ms < 995) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${Number((ms / 1000).toFixed(2))} s`
  return wholeSeconds(Math.floor(ms / 1000))
}

/**
 * The same in whole seconds, for what grows or shrinks while one looks: an age, a silence, a wait; and for limits given in
 * whole seconds.
 */
export function ageWords(ageMs: number): string {
  return wholeSeconds(Math.max(0, Math.floor(ageMs / 1000)))
}

function wholeSeconds(seconds: number): string {
  let rest = seconds
  const counts = unitSeconds.map(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return { count, unit }
  })
  const first = counts.findIndex(({ count }) => count > 0)
  if (first < 0) return '0 s'
  return counts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ count, unit }) => `${count} ${unit}`)
    .join(' ')
}

/**
 * A date and time that tenants and providers wherever they are read alike: `2027-01-31 22:00 UTC`, with seconds where it
 * is not on the minute.
 */
export function instantWords(atMs: number): string {
  const [day = '', time = ''] = new Date(Math.floor(atMs / 1000) * 1000).toISOString().split('T')
  return `${day} ${time.replace(/(:00)?\.000Z$/, '')} UTC`
}
