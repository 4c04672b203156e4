import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** PEM texts. */
export interface TunnelCertificate {
  cert: string
  key: string
}

const yearMs = 365 * 24 * 3600 * 1000

/** A new self-signed certificate. What it says convinces nobody and need not: each connection is signed by wallets. */
export async function makeCertificate(nowMs: number): Promise<TunnelCertificate> {
  // Loaded only where one is made: its parts are many, and most processes have theirs or need none.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'sublet-tunnel' }], {
    keyType: 'ec',
    curve: 'P-256',
    notBeforeDate: new Date(nowMs - 24 * 3600 * 1000),
    notAfterDate: new Date(nowMs + 20 * yearMs),
  })
  return { cert: made.cert, key: made.private }
}

/** The certificate kept in a folder, made there the first time. The key's file can be read by its owner alone. */
export async function keepCertificate(folder: string, nowMs: number): Promise<TunnelCertificate> {
  const file = join(folder, 'tunnel-certificate.json')
  try {
    return JSON.parse(await readFile(file, 'utf8')) as TunnelCertificate
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = await makeCertificate(nowMs)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const partial = `${file}.${process.pid}`
  await writeFile(partial, JSON.stringify(made), { mode: 0o600 })
  await rename(partial, file)
  return made
}
