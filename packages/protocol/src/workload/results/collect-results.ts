import type { Service } from '../workload.ts'
import { compileResultRegex, type ResultRegex } from './result-regex.ts'

type ResultSpec = NonNullable<Service['job']>['results'][number]

const maxLineLength = 16_384
const maxValuesPerResult = 1000

export interface ResultCollector {
  /** Takes one line of output, without its end; what is past 16,384 characters is not searched. */
  add(stream: 'stdout' | 'stderr', line: string): void
  /** For every result, in the order of the lines: each match, followed by its groups. At most 1000 of each. */
  values(): Record<string, string[]>
}

/** Picks a job's results out of its output, line by line, in bounded time whatever the expressions and the output. */
export function createResultCollector(results: readonly ResultSpec[]): ResultCollector {
  const watched = results.map(({ name, regex, streams }) => {
    const compiled = compileResultRegex(regex)
    const matcher: ResultRegex | undefined = 'problem' in compiled ? undefined : compiled
    return { name, streams, matcher, values: [] as string[] }
  })
  return {
    add(stream, line) {
      const text = line.length > maxLineLength ? line.slice(0, maxLineLength) : line
      for (const { streams, matcher, values } of watched) {
        if (
          matcher === undefined ||
          text === '' ||
          !streams.includes(stream) ||
          values.length >= maxValuesPerResult
        )
          continue
        values.push(...(matcher.match(text) ?? []).slice(0, maxValuesPerResult - values.length))
      }
    },
    values() {
      return Object.fromEntries(watched.map(({ name, values }) => [name, values.slice()]))
    },
  }
}
