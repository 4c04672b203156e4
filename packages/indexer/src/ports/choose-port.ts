/** Ports that an indexer may listen on for workloads, both ends included; `any` leaves the choice to the system. */
export type PortRange = { from: number; to: number } | 'any'

/** `20000-29999` or `any`. */
export function readPortRange(text: string): PortRange | undefined {
  if (text === 'any') return 'any'
  const [from, to] = text.split('-').map(Number)
  if (from === undefined || to === undefined || !(from >= 1 && from <= to && to <= 65_535)) return undefined
  return { from, to }
}

/**
 * The port to listen on: the wanted one where it is in the range and free, else a free one. Undefined when all are taken.
 *
 * @param random in [0, 1): ports are not handed out in order, so that the next one can't be guessed.
 */
export function choosePort(
  range: PortRange,
  taken: ReadonlySet<number>,
  wanted: number,
  random: number,
): number | undefined {
  if (range === 'any') return taken.has(wanted) ? 0 : wanted
  const { from, to } = range
  if (wanted >= from && wanted <= to && !taken.has(wanted)) return wanted
  const count = to - from + 1
  const start = Math.floor(random * count)
  for (let step = 0; step < count; step++) {
    const port = from + ((start + step) % count)
    if (!taken.has(port)) return port
  }
  return undefined
}
