import type { WorkloadFormat } from './finding.ts'
import { serviceNames } from './nosana/service-names.ts'
import type { Path } from './source/places.ts'
import { isTree, own, type Tree } from './source/records.ts'
import { textOf } from './source/scalar.ts'

/** Where the file says what the normal form calls a service: `place` gives the deepest path that is sure. */
export interface PlacesInFile {
  service: (group: string | undefined, name: string) => Path
  /** One of its ports, by the number inside the container. */
  port: (group: string | undefined, name: string, port: number) => Path
}

/** Finds services and their ports in a parsed file, for what is only noticed in the normal form. */
export function placesInFile(tree: unknown, format: WorkloadFormat): PlacesInFile {
  const service = (group: string | undefined, name: string): Path => serviceIn(tree, format, group, name)
  return {
    service,
    port: (group, name, port) => {
      const at = service(group, name)
      const found = valueAt(tree, at)
      return isTree(found) ? portIn(found, at, port) : at
    },
  }
}

function serviceIn(tree: unknown, format: WorkloadFormat, group: string | undefined, name: string): Path {
  if (!isTree(tree)) return []
  if (format === 'nosana') {
    const ops = own(tree, 'ops')
    const ids = (Array.isArray(ops) ? ops : []).map((op) => (isTree(op) ? (textOf(own(op, 'id')) ?? '') : ''))
    const index = ids.findIndex((id) => serviceNames(ids).get(id) === name)
    return index < 0 ? ['ops'] : ['ops', index]
  }
  const groups = own(tree, 'groups')
  if (format === 'sublet' && isTree(groups)) return ['groups', group ?? '', 'services', name]
  const services = own(tree, 'services')
  if (!isTree(services)) return []
  const keys = Object.keys(services)
  const key = format === 'compose' ? keys.find((each) => serviceNames(keys).get(each) === name) : name
  return ['services', key ?? name]
}

/** Every format lists ports in its own way; the entry that begins or ends with the number is the one. */
function portIn(service: Tree, at: Path, port: number): Path {
  const lists: readonly Path[] = [['ports'], ['expose'], ['args', 'expose']]
  for (const path of lists) {
    const list = valueAt(service, path)
    if (!Array.isArray(list)) continue
    const index = list.findIndex((entry) => isPort(entry, port))
    if (index >= 0) return [...at, ...path, index]
  }
  return own(service, 'port') === undefined ? at : [...at, 'port']
}

function isPort(entry: unknown, port: number): boolean {
  if (isTree(entry)) return textOf(own(entry, 'port') ?? own(entry, 'target')) === String(port)
  const digits = /(\d+)(?:\/\w+)?$/.exec(textOf(entry) ?? '')?.[1]
  return digits === String(port)
}

function valueAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isTree(value)) value = own(value, String(key))
    else return undefined
  }
  return value
}
