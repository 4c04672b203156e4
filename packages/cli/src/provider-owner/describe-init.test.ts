import { expect, test } from 'vitest'
import { describeInit } from './describe-init.ts'
import type { InitReport } from './init-provider.ts'

const found = {
  report: { findings: [], ready: true },
  region: 'local',
  regionGuessed: false,
  prices: [],
  file: 'provider.json',
  written: true,
} as unknown as InitReport

test('the next step names the folder and the network that were named', () => {
  expect(describeInit(found, { network: 'their/join.json', data: '/mnt/lend' })).toContain(
    'Next: `sublet provider start --network their/join.json --data /mnt/lend`',
  )
  expect(describeInit(found)).toContain('Next: `sublet provider start --network join.json`')
})
