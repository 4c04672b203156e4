/** Counts what a controller does to the outside, and lets it die at one of these steps. */
export interface Life {
  readonly steps: number
  readonly dead: boolean
  /** The object as this controller sees it: once dead, its calls do nothing and never answer. */
  mortal<T extends object>(object: T): T
}

const never = new Promise<never>(() => {})

/** Dies at the given step: before it is done, or after it is done and before its answer comes. */
export function aLife(diesAt: number, when: 'before' | 'after'): Life {
  let steps = 0
  let dead = false
  const life: Life = {
    get steps() {
      return steps
    },
    get dead() {
      return dead
    },
    mortal: (object) =>
      new Proxy(object, {
        get(target, property, receiver) {
          const value: unknown = Reflect.get(target, property, receiver)
          if (typeof value !== 'function') return value
          return (...args: unknown[]) => {
            if (dead) return isStream(property) ? silentStream() : never
            steps += 1
            const dies = steps === diesAt
            if (dies) dead = true
            if (dies && when === 'before') return isStream(property) ? silentStream() : never
            const result: unknown = value.apply(target, args)
            if (isStream(property)) return dies ? silentStream() : cut(result as AsyncGenerator<unknown>)
            if (!(result instanceof Promise)) return result
            return dies
              ? never
              : result.then(whileAlive, (error: unknown) => whileAlive(Promise.reject(error)))
          }
        },
      }),
  }
  const whileAlive = <T>(value: T): T | Promise<never> => {
    if (!dead) return value
    if (value instanceof Promise) value.catch(() => {})
    return never
  }
  async function* cut(stream: AsyncGenerator<unknown>) {
    for await (const item of stream) {
      if (dead) await never
      yield item
    }
  }
  return life
}

const streams: readonly PropertyKey[] = ['postOrder', 'events', 'logs']
const isStream = (property: PropertyKey) => streams.includes(property)

async function* silentStream(): AsyncGenerator<never> {
  yield await never
}
