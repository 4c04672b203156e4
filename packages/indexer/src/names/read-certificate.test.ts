import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import { readCertificate } from './read-certificate.ts'

const nowMs = Date.UTC(2026, 0, 2)
const make = (name: string) =>
  generate([{ name: 'commonName', value: 'test' }], {
    keyType: 'ec',
    curve: 'P-256',
    notBeforeDate: new Date(nowMs - 1000),
    notAfterDate: new Date(nowMs + 3_600_000),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  })

test('reads a chain and its key, in either order', async () => {
  const { cert, private: key } = await make('*.example.org')
  for (const pem of [`${cert}\n${key}`, `${key}\n${cert}`]) {
    const read = readCertificate(pem, ['app.example.org'], nowMs)
    expect(read).toMatchObject({
      issuer: 'test',
      validity: { fromMs: nowMs - 1000, untilMs: nowMs + 3_600_000 },
    })
  }
})

test('says what is wrong with one that cannot be served', async () => {
  const one = await make('app.example.org')
  const other = await make('app.example.org')
  const read =
    (pem: string, host = 'app.example.org', atMs = nowMs) =>
    () =>
      readCertificate(pem, [host], atMs)
  const whole = one.cert + one.private
  expect(read(one.private)).toThrow('holds no certificate')
  expect(read(one.cert)).toThrow('holds no private key')
  expect(read(one.cert + other.private)).toThrow('belongs to another certificate')
  expect(read(whole, 'other.example.org')).toThrow('does not name other.example.org')
  expect(read(whole, 'app.example.org', nowMs + 3_600_000)).toThrow('it ended 2026-01-02 01:00 UTC')
  expect(read(whole.replace(/M/g, 'A'))).toThrow('cannot be read')
})
