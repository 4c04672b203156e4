/** A length of time in whole seconds, as a meter that runs shows it, of one width: `00:04:09`, `1d 02:00:00`. */
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

/** The same to the second. */
export const formatClockTime = (atMs: number): string => formatTimeOfDay(atMs).slice(0, 8)

/**
 * Date and time in the language and zone of the browser, on purpose: who looks at the console looks at their own day. What
 * is sent to others, and what the command line prints, is in UTC: `instantWords`.
 */
export function formatInstant(atMs: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(atMs)
}

/** The same in short: the time alone when it is within a day, else the date too. */
export function formatShortInstant(atMs: number, nowMs: number): string {
  const within = atMs - nowMs < 20 * 3_600_000
  return new Intl.DateTimeFormat(
    undefined,
    within ? { timeStyle: 'short' } : { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
  ).format(atMs)
}
