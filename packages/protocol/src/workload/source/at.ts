import type { Path } from './places.ts'

/** Where a value stands: a chain, so that nothing is built for a path that no finding ever names. */
export interface At {
  /** Undefined at the root, and so is the chain itself. */
  readonly up: At | undefined
  readonly key: string | number
}

export function inside(up: At | undefined, key: string | number): At {
  return { up, key }
}

export function pathOf(at: At | undefined): Path {
  const path: (string | number)[] = []
  for (let step = at; step !== undefined; step = step.up) path.push(step.key)
  return path.reverse()
}
