import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keepCertificate } from './certificate.ts'

test('makes the certificate once, for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-certificate-'))
  try {
    const first = await keepCertificate(folder, Date.now())
    expect(first.cert).toContain('BEGIN CERTIFICATE')
    expect(await keepCertificate(folder, Date.now())).toEqual(first)
    expect((await stat(join(folder, 'tunnel-certificate.json'))).mode & 0o777).toBe(0o600)
  } finally {
    await rm(folder, { recursive: true })
  }
})
