import type { BenchRow } from './row.ts'

export const tableHead = '| figure | ours | peer | ratio | target | met |\n|---|---|---|---|---|---|'

export function tableLine({ figure, ours, peer, ratio, target, ok }: BenchRow): string {
  const met = target === '–' ? '–' : ok ? 'yes' : 'no'
  return `| ${[figure, ours, peer, ratio, target, met].join(' | ')} |`
}

export function markdownTable(rows: readonly BenchRow[]): string {
  return [tableHead, ...rows.map(tableLine)].join('\n')
}
