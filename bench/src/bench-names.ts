/** In the order in which they run and the README quotes them. */
export const benchNames = ['start', 'lease', 'provider', 'formats', 'tunnel'] as const
export type BenchName = (typeof benchNames)[number]

export const isBenchName = (name: string): name is BenchName =>
  (benchNames as readonly string[]).includes(name)
