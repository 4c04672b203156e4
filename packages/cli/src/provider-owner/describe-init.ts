import { perHour } from '@sublet/protocol'
import { table } from '../output/output.ts'
import type { InitReport } from './init-provider.ts'

const mark = { ok: '✓', warning: '!', error: '✗' } as const

/** What `provider init` tells people. `network` is the join.json and `data` the folder that they named. */
export function describeInit(
  { report, region, regionGuessed, prices, marketProblem, file, written }: InitReport,
  { network = 'join.json', data }: { network?: string | undefined; data?: string | undefined } = {},
): string {
  const where = regionGuessed ? `${region}, guessed from the time zone; --region names another` : region
  const rows = prices.map(({ what, perHour: price, source, sellers }) => [
    what,
    perHour(price),
    source === 'market' ? `median of ${sellers} ${sellers === 1 ? 'ask' : 'asks'}` : 'default',
  ])
  return [
    ...report.findings.map(
      ({ level, what, cure }) => `${mark[level]} ${what}${cure === undefined ? '' : `\n    → ${cure}`}`,
    ),
    `${mark.ok} Region ${where}.`,
    '',
    table(['PRICE FOR', 'PROPOSED', 'FROM'], rows),
    ...(marketProblem === undefined
      ? []
      : [`${marketProblem} The defaults are proposed; --network join.json compares with the market.`]),
    '',
    written ? `Settings and prices are in ${file}.` : `${file} is kept as it was; --force writes it anew.`,
    `${report.ready ? 'Next' : 'Mend what is marked ✗ first, then'}: \`sublet provider start --network ${network}${data === undefined ? '' : ` --data ${data}`}\``,
  ].join('\n')
}
