import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSession, type SignedSessionGrant } from '@sublet/protocol'
import { createLog, openStore, type Store } from '@sublet/service'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSessionRuns } from '../journal/session-runs.ts'
import { migrations, type Tables } from '../journal/tables.ts'
import { createGrantCheck } from './grant-check.ts'

const domain = { chainId: 31337, escrow: '0x00000000000000000000000000000000000000ee' } as const
const wallet = privateKeyToAccount(generatePrivateKey())
const expiresAt = 2_000_000_000

let dataDir: string
let store: Store<Tables>
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sublet-sessions-'))
  const log = createLog({ name: 'test', level: 'silent' })
  store = await openStore<Tables>({ dataDir, schema: 'provider', migrations, log })
})
afterAll(async () => {
  await store?.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function aGrant(): Promise<SignedSessionGrant> {
  const { grant } = await createSession({
    tenant: wallet.address,
    audience: '0x00000000000000000000000000000000000000aa',
    expiresAt,
    domain,
    signTypedData: (data) => wallet.signTypedData(data),
  })
  return grant
}

/** The check as one start of the provider makes it; `signed` is what the chain says. */
const checkOf = (run: string, signed = true) =>
  createGrantCheck({ isSignedBy: async () => signed }, domain, createSessionRuns(store, run))

test('a session goes on within one run, and another run asks for a new one', async () => {
  const [first, second] = [checkOf('run-1'), checkOf('run-2')]
  const grant = await aGrant()
  expect(await Promise.all([first(grant), first(grant)])).toEqual([true, true])
  expect(await checkOf('run-1')(grant)).toBe(true)
  await expect(second(grant)).rejects.toMatchObject({ code: 'session.expired' })
  await expect(second(grant)).rejects.toMatchObject({ code: 'session.expired' })
  expect(await second(await aGrant())).toBe(true)
})

test('a grant that nobody signed takes no key for itself', async () => {
  const grant = await aGrant()
  expect(await checkOf('run-1', false)(grant)).toBe(false)
  expect(await checkOf('run-2')(grant)).toBe(true)
})

test('what has expired is forgotten, and nothing before', async () => {
  const grant = await aGrant()
  await checkOf('run-1')(grant)
  const runs = createSessionRuns(store, 'run-2')
  await runs.forgetExpired(expiresAt * 1000)
  await expect(checkOf('run-2')(grant)).rejects.toMatchObject({ code: 'session.expired' })
  await runs.forgetExpired(expiresAt * 1000 + 1)
  expect(await checkOf('run-2')(grant)).toBe(true)
})
