import { convertToAkash, parseText, readWorkload, type WorkloadFormat } from '@sublet/protocol'
import { load } from 'js-yaml'

export type FormatWork = 'whole' | 'parse' | 'js-yaml' | 'JSON.parse'

/** One way to go through a text: all of what a workload needs, our parser alone, or a peer. */
export function formatWork(work: FormatWork, format: WorkloadFormat): (text: string) => unknown {
  switch (work) {
    case 'whole':
      return format === 'akash'
        ? (text) => convertToAkash(text, { file: 'deploy.yaml', format })
        : (text) => readWorkload(text, { file: format === 'compose' ? 'compose.yaml' : 'app.yaml' })
    case 'parse':
      return parseText
    case 'js-yaml':
      return (text) => load(text)
    case 'JSON.parse':
      return (text) => JSON.parse(text)
  }
}

/** Microseconds that a call takes. */
export function timedMicros(work: () => unknown): number {
  const start = performance.now()
  work()
  return (performance.now() - start) * 1000
}
