import { readFile, stat } from 'node:fs/promises'
import { SubletError } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import { readCertificate, type ServedCertificate } from './read-certificate.ts'

export interface DomainCertificate {
  current(): ServedCertificate
  stop(): void
}

/**
 * The certificate of the indexer's own domain out of files, read again whenever they change. Throws `config.invalid` when they
 * can't be used; later on the one from before stays instead.
 */
export async function keepDomainCertificate(parts: {
  certificateFile: string
  keyFile: string
  /** A name that it must cover. */
  host: string
  now: () => number
  log: Log
  everyMs?: number
}): Promise<DomainCertificate> {
  const { certificateFile, keyFile, host, now, log, everyMs = 60_000 } = parts
  const files = [certificateFile, keyFile]
  const read = async () => {
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
    return readCertificate(texts.join('\n'), [host], now())
  }
  const stamp = async () =>
    (await Promise.all(files.map((file) => stat(file)))).map(({ mtimeMs }) => mtimeMs).join()
  let stamped: string
  let current: ServedCertificate
  try {
    stamped = await stamp()
    current = await read()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SubletError(
      'config.invalid',
      `The certificate in ${files.join(' and ')} can’t be used: ${why}`,
      {
        hint: `It must be in PEM and name *.${host.split('.').slice(1).join('.')}.`,
        cause,
      },
    )
  }
  const timer = setInterval(async () => {
    try {
      const fresh = await stamp()
      if (fresh === stamped) return
      current = await read()
      stamped = fresh
      log.info({ untilMs: current.validity.untilMs }, 'the domain’s certificate was read anew')
    } catch (err) {
      log.warn({ err }, 'the domain’s certificate could not be read anew; the one from before stays')
    }
  }, everyMs)
  timer.unref()
  return { current: () => current, stop: () => clearInterval(timer) }
}
