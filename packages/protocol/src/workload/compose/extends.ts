import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import { isTree, own, type Tree } from '../source/records.ts'
import { mergeServices } from './merge-services.ts'

/** Not taken over from the service that is extended. */
const kept = new Set(['extends', 'depends_on', 'links', 'volumes_from'])

/** Values that all services together may grow to, so that extending over and over cannot blow up a small file. */
const maxValues = 10_000

/** Writes out `extends` within the file: the other service's keys, this one's over them. */
export function resolveExtends(tree: unknown, findings: Findings): unknown {
  const services = isTree(tree) ? own(tree, 'services') : undefined
  if (!isTree(tree) || !isTree(services)) return tree
  if (!Object.values(services).some((service) => isTree(service) && Object.hasOwn(service, 'extends')))
    return tree
  const done = new Map<string, Tree>()
  let left = maxValues

  const resolve = (name: string, trail: readonly string[]): Tree | undefined => {
    const service = own(services, name)
    if (!isTree(service)) return undefined
    const known = done.get(name)
    if (known !== undefined) return known
    const wish = own(service, 'extends')
    const at = ['services', name, 'extends']
    let result = service
    if (wish !== undefined) {
      const base = typeof wish === 'string' ? wish : isTree(wish) ? own(wish, 'service') : undefined
      const isOtherFile = isTree(wish) && Object.hasOwn(wish, 'file')
      if (isOtherFile) {
        findings.error([...at, 'file'], 'compose.extends', 'A service of another file cannot be extended.', {
          at: 'key',
          mend: 'write one file: `docker compose config > compose.full.yaml` puts all into one',
        })
      } else if (typeof base === 'string') {
        const circle = base === name || trail.includes(base)
        const parent = circle ? undefined : resolve(base, [...trail, name])
        // Said once, by whoever went too far.
        if (left <= 0) return service
        if (circle)
          findings.error(at, 'compose.circle', `\`${name}\` extends itself.`, { mend: 'break the circle' })
        else if (parent === undefined) {
          const meant = nearestWord(base, Object.keys(services))
          findings.error(at, 'compose.unknown-service', `There is no service \`${base.slice(0, 60)}\`.`, {
            mend: meant === undefined ? undefined : `write \`${meant}\``,
          })
        } else {
          const taken = Object.fromEntries(Object.entries(parent).filter(([key]) => !kept.has(key)))
          result = mergeServices(taken, service)
          left -= countValues(result, left)
          if (left <= 0) {
            findings.error(at, 'compose.extends', 'The services grow too large by extending one another.', {
              mend: 'extend a smaller service',
            })
            return service
          }
        }
      }
      result = Object.fromEntries(Object.entries(result).filter(([key]) => key !== 'extends'))
      // What it lacks may stand in the other file, and that was told.
      if (isOtherFile) result = { image: 'misfit', ...result }
    }
    done.set(name, result)
    return result
  }

  const out = Object.entries(services).map(([name, service]) => [name, resolve(name, []) ?? service])
  return { ...tree, services: Object.fromEntries(out) }
}

/** Counts no further than `limit`. */
function countValues(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 1
  let count = 1
  for (const inner of Object.values(value)) {
    if (count >= limit) break
    count += countValues(inner, limit - count)
  }
  return count
}
