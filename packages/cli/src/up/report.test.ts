import type { Deployment } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { costLine } from './report.ts'

const deployment = {
  name: 'hello',
  message: 'Running.',
  groups: [
    {
      name: 'main',
      lease: {
        ratePerHour: 2755n,
        paid: 42n,
        endpoints: [{ url: 'http://hello-18ef216920.localhost:8081/' }],
      },
    },
  ],
} as unknown as Deployment

test('the line of costs never wraps, and keeps the costs longest', () => {
  expect(costLine(deployment, 0, 100)).toMatch(/^hello {2}http:\S+ {2}\S+\/h, \S+ so far$/)
  expect(costLine(deployment, 0, 60)).toMatch(/^hello {2}\$\S+\/h, \S+ so far$/)
  for (let columns = 1; columns < 100; columns++)
    expect(costLine(deployment, 0, columns).length).toBeLessThanOrEqual(columns)
})
