import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClaimFacts, judgeClaim } from './judge-claim.ts'

const tenant = `0x${'aa'.repeat(20)}` as const
const provider = `0x${'bb'.repeat(20)}` as const
const stranger = `0x${'cc'.repeat(20)}` as const
const facts = (changes: Partial<ClaimFacts> = {}): ClaimFacts => ({
  host: 'app.example.org',
  label: 'web-0123456789',
  provider,
  lease: { tenant, provider },
  records: { texts: [], aliases: [], addresses: [] },
  ingress: { domain: 'sublet.example', addresses: ['192.0.2.1'] },
  ...changes,
})
const records = (changes: Partial<ClaimFacts['records']>) => ({ records: { ...facts().records, ...changes } })

test('believes the tenant’s wallet, and a CNAME to the lease’s own name', () => {
  const addresses = ['192.0.2.1']
  expect(judgeClaim(facts(records({ texts: [` ${tenant.toUpperCase()}`], addresses })))).toEqual({
    believed: true,
    by: 'wallet',
  })
  expect(judgeClaim(facts(records({ aliases: ['Web-0123456789.sublet.example.'] })))).toEqual({
    believed: true,
    by: 'alias',
  })
})

test('a name that is proved but leads elsewhere says what to set', () => {
  const judgement = judgeClaim(facts(records({ texts: [tenant], addresses: ['198.51.100.9'] })))
  expect(judgement).toMatchObject({
    believed: true,
    astray: {
      code: 'host.not-pointed',
      hint: 'Set a CNAME record from app.example.org to web-0123456789.sublet.example.',
    },
  })
})

test('nothing that a stranger can write makes a claim believed', () => {
  const words = fc.constantFrom(stranger, provider, `not ${tenant}`, '', 'web-9999999999.sublet.example', 'x')
  fc.assert(
    fc.property(
      fc.array(words),
      fc.array(words),
      fc.constantFrom(undefined, { tenant, provider }, { tenant, provider: stranger }),
      (texts, aliases, lease) => {
        const judgement = judgeClaim(facts({ lease, records: { texts, aliases, addresses: ['192.0.2.1'] } }))
        expect(judgement.believed).toBe(false)
        if (!judgement.believed) expect(judgement.objection.hint).not.toBe('')
      },
    ),
  )
  // A lease that another provider serves, or that is not open, proves nothing, whatever the records say.
  const texts = [tenant]
  for (const lease of [undefined, { tenant, provider: stranger }]) {
    expect(judgeClaim(facts({ lease, ...records({ texts }) })).believed).toBe(false)
  }
})
