import { isTree, own, type Tree } from '../source/records.ts'
import { textOf } from '../source/scalar.ts'

/** Lists whose last word counts, in place of both one after the other. */
const replaced = new Set(['command', 'entrypoint', 'test'])
/** Mappings that may be written as a list of `NAME=value`, and back. */
const pairs = new Set(['environment', 'labels', 'annotations', 'sysctls', 'extra_hosts', 'networks'])
/** Lists of one entry that may be written without the list. */
const loneEntries = new Set(['env_file', 'tmpfs', 'dns', 'dns_search', 'label_file'])

/**
 * A service's keys over those of the service that it extends, as the specification merges them: mappings by key,
 * whichever way they are written; lists one after the other, but that of two ports, mounts or files which claim the
 * same thing only the extending service's counts.
 */
export function mergeServices(base: Tree, over: Tree): Tree {
  const out: Tree = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const before = own(base, key)
    out[key] = before === undefined || before === null ? value : merged(key, before, value)
  }
  return out
}

function merged(key: string, before: unknown, value: unknown): unknown {
  if (replaced.has(key)) return value
  if (isTree(before) && isTree(value)) return mergeServices(before, value)
  if (pairs.has(key) && (isTree(before) || isTree(value)) && value !== null)
    return mergeServices(asMapping(before), asMapping(value))
  const [first, second] = loneEntries.has(key) ? [asList(before), asList(value)] : [before, value]
  return Array.isArray(first) && Array.isArray(second) ? mergeLists(key, first, second) : value
}

/** The extending service's entries stand first, at the places where its file has them, unless the order means something. */
function mergeLists(key: string, base: readonly unknown[], over: readonly unknown[]): unknown[] {
  const claimed = new Set(over.map((entry) => claimOf(key, entry)))
  const rest = base.filter((entry) => {
    const claim = claimOf(key, entry)
    return claim === undefined || !claimed.has(claim)
  })
  return key === 'env_file' ? [...rest, ...over] : [...over, ...rest]
}

/** What only one entry of a list can have; undefined for an entry that is none. */
function claimOf(key: string, entry: unknown): string | undefined {
  if (isTree(entry)) {
    const part = (name: string) => textOf(own(entry, name)) ?? ''
    if (key === 'ports')
      return portClaim(part('host_ip'), part('published'), part('target'), part('protocol'))
    const target = part('target') || part('source') || part('path')
    return target === '' ? undefined : target
  }
  const text = textOf(entry)
  if (text === undefined) return undefined
  // What stands in a variable's braces is no part of the form.
  const form = text.replace(/\$\{[^{}]*\}/g, (variable) => variable.replace(/[:/=]/g, '|'))
  if (key === 'ports') {
    const [ports = '', protocol = ''] = form.split('/')
    const parts = ports.split(':')
    const target = parts.pop() ?? ''
    const published = parts.pop() ?? ''
    return portClaim(parts.join(':'), published, target, protocol)
  }
  if (key === 'volumes') {
    // `v:/data` is a volume with a short name, `C:\\v:/data` a folder.
    const [source = '', target] = form.replace(/^[A-Za-z]:[\\/](?=.*:)/s, '').split(':')
    return target ?? source
  }
  if (key === 'tmpfs') return form.split(':')[0]
  if (pairs.has(key)) return form.split(/[=:]/)[0]
  return form
}

function portClaim(address: string, published: string, target: string, protocol: string): string {
  return [address, published, target, protocol === '' ? 'tcp' : protocol.toLowerCase()].join(' ')
}

function asList(value: unknown): unknown {
  return Array.isArray(value) ? value : [value]
}

function asMapping(value: unknown): Tree {
  if (isTree(value)) return value
  const out: Tree = {}
  for (const entry of Array.isArray(value) ? value : []) {
    const text = textOf(entry)
    if (text === undefined) continue
    const split = text.indexOf('=')
    const [name, inner] = split < 0 ? [text, null] : [text.slice(0, split), text.slice(split + 1)]
    // A key that a mapping of the file could not have either.
    if (name !== '__proto__') out[name] = inner
  }
  return out
}
