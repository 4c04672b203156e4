import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import type { Service } from '../workload.ts'

const namePattern = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

interface PlacedService {
  at: Path
  service: Service
}

export function checkName(findings: Findings, path: Path, name: string): void {
  if (namePattern.test(name)) return
  findings.error(path, 'sublet.name', `\`${name}\` cannot name a service.`, {
    at: 'key',
    expected: 'lower-case letters, digits and hyphens, a letter first, at most 63',
  })
}

/** What only shows when the services of a group are seen together: references, circles, double claims. */
export function checkGroup(
  findings: Findings,
  path: Path,
  placed: readonly PlacedService[],
  ips: readonly string[],
): void {
  const names = placed.map(({ service }) => service.name)
  const known = new Set(names)
  const knownIps = new Set(ips)
  const hosts = new Set<string>()
  const usedIps = new Set<string>()
  for (const { at, service } of placed) {
    const check = (name: string, key: string) => {
      if (findings.isFull || (name !== service.name && known.has(name))) return
      const others = names.filter((other) => other !== service.name)
      const meant = nearestWord(name, others)
      const message =
        name === service.name
          ? `\`${name}\` cannot wait for itself.`
          : `There is no service \`${name}\` in this group.`
      const cure =
        meant === undefined
          ? { expected: others.length === 0 ? 'no name' : `one of ${others.slice(0, 20).join(', ')}` }
          : { mend: `write \`${meant}\`` }
      findings.error([...at, key], 'sublet.unknown-service', message, cure)
    }
    for (const { service: name } of service.dependsOn) check(name, 'depends-on')
    for (const name of service.stopWith) check(name, 'stop-with')
    for (const port of service.ports) {
      for (const name of port.allow) if (name !== service.name) check(name, 'ports')
      for (const host of port.hosts) {
        if (hosts.has(host))
          findings.error([...at, 'ports'], 'sublet.duplicate-host', `The host \`${host}\` is claimed twice.`)
        hosts.add(host)
      }
      if (port.ip === undefined) continue
      usedIps.add(port.ip)
      if (knownIps.has(port.ip)) continue
      findings.error([...at, 'ports'], 'sublet.unknown-ip', `There is no IP address \`${port.ip}\`.`, {
        mend: `add \`ips: [${port.ip}]\` beside \`services\``,
      })
    }
  }
  for (const [index, ip] of ips.entries()) {
    if (!usedIps.has(ip))
      findings.warn([...path, 'ips', index], 'sublet.unused-ip', `No port uses the IP address \`${ip}\`.`)
  }
  for (const circle of findCircles(placed.map(({ service }) => service))) {
    const first = placed.find(({ service }) => service.name === circle[0])
    if (first === undefined) continue
    findings.error(
      [...first.at, 'depends-on'],
      'sublet.circle',
      `Services wait for each other: ${circle.join(' → ')}.`,
      { mend: 'break the circle' },
    )
  }
}

/** Circles told of one file; whoever has more mends these first. */
const maxCircles = 20

/** Circles among dependencies, no two of which share a step, each with its beginning repeated at the end. */
export function findCircles(services: readonly Pick<Service, 'name' | 'dependsOn'>[]): string[][] {
  const circles: string[][] = []
  let left = services
  while (circles.length < maxCircles) {
    const circle = findCircle(left)
    if (circle === undefined) break
    circles.push(circle)
    const steps = new Set(circle.slice(1).map((name, at) => `${circle[at]} ${name}`))
    left = left.map(({ name, dependsOn }) => ({
      name,
      dependsOn: dependsOn.filter(({ service }) => !steps.has(`${name} ${service}`)),
    }))
  }
  return circles
}

/** The first circle among dependencies, its beginning repeated at the end. */
function findCircle(services: readonly Pick<Service, 'name' | 'dependsOn'>[]): string[] | undefined {
  const byName = new Map(services.map((service) => [service.name, service]))
  const done = new Set<string>()
  for (const { name } of services) {
    // Depth-first with the path at hand; iterative, because a file may chain thousands.
    const path: string[] = []
    const onPath = new Set<string>()
    const stack: { name: string; leave: boolean }[] = [{ name, leave: false }]
    while (stack.length > 0) {
      const step = stack.pop()
      if (step === undefined) break
      if (step.leave) {
        path.pop()
        onPath.delete(step.name)
        done.add(step.name)
        continue
      }
      if (onPath.has(step.name)) return [...path.slice(path.indexOf(step.name)), step.name]
      if (done.has(step.name)) continue
      path.push(step.name)
      onPath.add(step.name)
      stack.push({ name: step.name, leave: true })
      for (const { service } of byName.get(step.name)?.dependsOn ?? []) {
        if (service !== step.name) stack.push({ name: service, leave: false })
      }
    }
  }
  return undefined
}
