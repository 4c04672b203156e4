/** The interface of the default route, from `/proc/net/route`; the one with the least metric where there are several. */
export function defaultInterface(routeTable: string): string | undefined {
  const routes = routeTable
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [name, destination, , , , , metric, mask] = line.split('\t')
      return name !== undefined && destination === '00000000' && mask === '00000000'
        ? [{ name, metric: Number(metric) }]
        : []
    })
  return routes.sort((a, b) => a.metric - b.metric)[0]?.name
}

/**
 * What `/sys/class/net/<name>/speed` says, in megabits a second. Undefined for Wi-Fi and virtual interfaces, which give
 * nothing, -1 or the largest number there is.
 */
export function linkMegabits(speed: string): number | undefined {
  const megabits = Number(speed.trim())
  return Number.isSafeInteger(megabits) && megabits > 0 && megabits < 2 ** 31 ? megabits : undefined
}
