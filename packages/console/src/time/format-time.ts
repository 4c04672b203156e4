/** The two largest parts of a length of time: `840 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs)
  if (ms < 995) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** The same in whole seconds, for what grows while one looks. */
export function formatAge(ageMs: number): string {
  return ageMs < 10_000 ? `${Math.max(0, Math.floor(ageMs / 1000))} s` : formatDuration(ageMs)
}

/** A length of time in whole seconds, as a meter shows it: `00:04:09`, `1d 02:00:00`. */
export function formatClock(totalSeconds: number): string {
  const seconds = Math.max(0, Math.floor(totalSeconds))
  const days = Math.floor(seconds / 86_400)
  const pair = (value: number) => value.toString().padStart(2, '0')
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map(pair)
    .join(':')
  return days === 0 ? clock : `${days}d ${clock}`
}

/** Hours, minutes, seconds and milliseconds of the reader's day. */
export function formatTimeOfDay(atMs: number): string {
  const at = new Date(atMs)
  const pad = (value: number, width = 2) => value.toString().padStart(width, '0')
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`
}

/** Date and time for people, in their language and zone. */
export function formatInstant(atMs: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(atMs)
}
