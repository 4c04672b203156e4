import { convertToAkash, type Finding, parseText, readWorkload, type WorkloadFormat } from '@sublet/protocol'
import { load } from 'js-yaml'

export type FormatWork = 'whole' | 'told' | 'parse' | 'js-yaml' | 'JSON.parse'

/**
 * One way to go through a text: all of what a workload needs, the same with every warning told and placed, our parser
 * alone, or a peer.
 */
export function formatWork(work: FormatWork, format: WorkloadFormat): (text: string) => unknown {
  switch (work) {
    case 'whole':
      return (text) => read(text, format)
    case 'told':
      return (text) => read(text, format).findings
    case 'parse':
      return parseText
    case 'js-yaml':
      return (text) => load(text)
    case 'JSON.parse':
      return (text) => JSON.parse(text)
  }
}

function read(text: string, format: WorkloadFormat): { readonly findings: readonly Finding[] } {
  return format === 'akash'
    ? convertToAkash(text, { file: 'deploy.yaml', format })
    : readWorkload(text, { file: format === 'compose' ? 'compose.yaml' : 'app.yaml' })
}

/** Microseconds that a call takes. */
export function timedMicros(work: () => unknown): number {
  const start = performance.now()
  work()
  return (performance.now() - start) * 1000
}
