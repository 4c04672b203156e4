import type { DeploymentGroup, LeaseStatus } from '@sublet/protocol'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { sampleDeposit, sampleGroup, sampleLease } from '../testing/sample-deployment.ts'
import { Meter } from './meter.tsx'

/** What the meter says, without its markup. */
function words(group: DeploymentGroup, failed = false): string {
  return renderToStaticMarkup(<Meter group={group} failed={failed} />)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

const withLease = (phase: LeaseStatus['phase'], changes: Partial<LeaseStatus>) =>
  sampleGroup({ lease: sampleLease(phase, Date.now(), changes) })

test('before a lease it costs nothing, and says so', () => {
  expect(words(sampleGroup())).toContain('$0.000000 Nothing costs before a lease is open.')
  expect(words(sampleGroup(), true)).toContain('No lease opened, so nothing was charged.')
})

test('tells the rate before the first paid second', () => {
  expect(words(withLease('pulling', {}))).toContain('Will cost $0.3524 an hour, from the first ready second.')
})

test('a lease past its deposit shows the deposit and not a unit more', () => {
  const text = words(withLease('active', { openedAt: 1_600_000_000 }))
  expect(text).toContain('$1.0572')
  expect(text).toContain('$0.0000 of $1.0572')
  expect(text).toContain('used up')
})

test('a settled lease shows where every unit of the deposit went, and why it ended', () => {
  const paid = 12_345n
  const text = words(
    withLease('closed', {
      openedAt: 1_600_000_000,
      paid,
      refunded: sampleDeposit - paid,
      endReason: 'job-ended',
    }),
  )
  expect(text).toContain('Paid $0.012345')
  expect(text).toContain('Returned to your escrow balance $1.044855')
  expect(text).toContain('The job ran to its end.')
})
