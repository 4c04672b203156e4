import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readRuleFile } from './rule-file.ts'
import { ruleFileJsonSchema } from './rule-file-schema.ts'

const mistakes = (text: string): string => {
  try {
    readRuleFile(text, 'prices.yaml')
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('reads dollars exactly, as numbers and as text', () => {
  const { prices, floor } = readRuleFile(
    'prices: { gpu: { rtx4090: 0.35, "*": "$0.000001" }, core: 0.01/h }\nfloor: { memoryGib: 0 }\n',
    'prices.yaml',
  )
  expect(prices?.gpuPerHour).toEqual({ rtx4090: 350_000n, '*': 1n })
  expect(prices?.cpuPerCoreHour).toBe(10_000n)
  expect(floor?.memoryPerGibHour).toBe(0n)
  expect(readRuleFile('', 'prices.yaml')).toEqual({ standing: [], orders: [] })
})

test('names each mistake with its line', () => {
  const text = `prices:
  gpu:
    rtx4090: cheap
standing:
  - percent: 0
  - percent: 80
    when: { hours: 25-99 }
orders:
  - percent: 120
  - percent: 80
    decline: both
  - when: { tenants: [nobody] }
    decline: no
colour: red
`
  const said = mistakes(text)
  for (const start of [
    'prices.yaml:3: prices.gpu.rtx4090: expected dollars',
    'prices.yaml:5: standing.0.percent:',
    'prices.yaml:7: standing.1.when.hours: expected hours such as 22-06',
    'prices.yaml:9: orders.0.percent:',
    'prices.yaml:12: orders.2.when.tenants.0:',
    'prices.yaml:14: Unrecognized key: "colour"',
  ]) {
    expect(said).toContain(start)
  }
  expect(mistakes('orders:\n  - percent: 80\n    decline: both\n')).toContain(
    'prices.yaml:2: orders.0: expected either percent or decline',
  )
  expect(mistakes('standing:\n  - {percent: 90\n')).toMatch(/^prices\.yaml:\d+: /)
  expect(mistakes('standing: [{percent: 90, when: {timeZone: Mars}}]')).toContain('Europe/Berlin')
  expect(mistakes('floor: {}\nfloor: {}\n')).toContain('prices.yaml:2')
})

test('the schema in docs is the one that is read (npm run docs -w packages/provider writes it anew)', async () => {
  const written = await readFile(
    new URL('../../../../docs/schema/pricing-rules.schema.json', import.meta.url),
    'utf8',
  )
  expect(JSON.parse(written)).toEqual(ruleFileJsonSchema())
})
