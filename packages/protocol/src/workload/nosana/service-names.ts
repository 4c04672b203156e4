/** A service name for each id: lower case, letters, digits and hyphens, none twice, in the ids' order. */
export function serviceNames(ids: readonly string[]): Map<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const id of ids) {
    const base = nameFrom(id)
    let name = base
    for (let count = 2; taken.has(name); count += 1) {
      const suffix = `-${count}`
      name = `${base.slice(0, 63 - suffix.length).replace(/-+$/, '')}${suffix}`
    }
    taken.add(name)
    names.set(id, name)
  }
  return names
}

function nameFrom(id: string): string {
  const plain = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const named = /^[a-z]/.test(plain) ? plain : plain === '' ? 'op' : `op-${plain}`
  return named.slice(0, 63).replace(/-+$/, '')
}
