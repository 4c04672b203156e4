import { convertToAkash, type Finding, parseText, readWorkload, type WorkloadFormat } from '@sublet/protocol'
import { load } from 'js-yaml'
import { load as loadWith5 } from 'js-yaml-5'

export type FormatWork = 'whole' | 'told' | 'parse' | 'js-yaml 5' | 'js-yaml 4' | 'JSON.parse'

/**
 * One way to go through a text: all of what a workload needs, the same with every warning told and placed, our parser
 * alone, or a peer: js-yaml as it is installed today, its older line, which is the faster one and what we parse with, or
 * the engine's own JSON.
 */
export function formatWork(work: FormatWork, format: WorkloadFormat): (text: string) => unknown {
  switch (work) {
    case 'whole':
      return (text) => read(text, format)
    case 'told':
      return (text) => read(text, format).findings
    case 'parse':
      return parseText
    case 'js-yaml 5':
      return (text) => loadWith5(text)
    case 'js-yaml 4':
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
