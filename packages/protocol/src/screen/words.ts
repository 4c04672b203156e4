/** `0.5 cores`. */
export function cores(millis: number): string {
  return `${millis / 1000} ${millis === 1000 ? 'core' : 'cores'}`
}

/** `a, b and c`, or `none`. */
export function listed(words: readonly string[], joint = 'and'): string {
  if (words.length === 0) return 'none'
  if (words.length === 1) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
}

export function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

const archNames: Readonly<Record<string, string>> = { x86_64: 'amd64', x64: 'amd64', aarch64: 'arm64' }

/** The name that container images use. */
export function archName(arch: string): string {
  const lower = arch.toLowerCase()
  return Object.hasOwn(archNames, lower) ? (archNames[lower] ?? lower) : lower
}
