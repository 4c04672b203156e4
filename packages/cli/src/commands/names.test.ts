import { expect, test } from 'vitest'
import { describeNames } from './names.ts'

test('a name that is not served says what to set', () => {
  const text = describeNames([
    {
      host: 'app.example.org',
      leaseId: `0x${'1e'.repeat(32)}`,
      service: 'web',
      port: 80,
      state: 'unproved',
      code: 'host.unproved',
      message: 'Nothing shows that app.example.org is the tenant’s.',
      hint: 'Set a TXT record.',
    },
  ])
  expect(text).toContain('web:80')
  expect(text).toContain(
    'app.example.org: Nothing shows that app.example.org is the tenant’s. Set a TXT record.',
  )
  expect(describeNames([])).toContain('`hosts`')
})
