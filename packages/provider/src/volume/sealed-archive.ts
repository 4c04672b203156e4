import { hkdfSync, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { createFrameCipher, type Hex, maxFrameBytes, readBytes, SubletError } from '@sublet/protocol'

/**
 * A snapshot: this line, a salt, and AES-256-GCM frames over the gzipped tar archive of a volume. Key and nonce come out of the
 * tenant's key and the salt (HKDF, RFC 5869), so every snapshot has its own. The last frame says that it is the last.
 */
const magic = Buffer.from('sublet volume 1\n')
const saltBytes = 32
const keyBytes = 32
const nonceBytes = 12
/** Fast rather than small: data that compresses well does so at once, and weights don't at all. */
const gzipLevel = 1

export interface Counted {
  onArchiveBytes: (bytes: number) => void
}

/** Compresses and encrypts an archive as it is read. */
export async function* sealArchive(
  archive: Readable,
  key: Hex,
  { onArchiveBytes }: Counted,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(saltBytes)
  const cipher = await cipherFor(key, salt)
  yield Buffer.concat([magic, salt])
  const gzip = createGzip({ level: gzipLevel })
  archive.on('data', (chunk: Buffer) => onArchiveBytes(chunk.length))
  archive.once('error', (error) => gzip.destroy(error))
  gzip.once('close', () => archive.destroy())
  archive.pipe(gzip)
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += maxFrameBytes) {
      yield await cipher.seal('data', chunk.subarray(at, at + maxFrameBytes))
    }
  }
  yield await cipher.seal('end', new Uint8Array())
}

/** The archive in a snapshot. The stream fails with `snapshot.failed` where it is cut off, altered or under another key. */
export function openArchive(
  sealed: AsyncIterable<Uint8Array>,
  key: Hex,
  { onArchiveBytes }: Counted,
): Readable {
  return Readable.from(
    (async function* () {
      // Begins when somebody reads, so that whatever fails has somebody to tell.
      const gunzip = createGunzip()
      const zipped = Readable.from(unsealed(sealed, key), { objectMode: false })
      zipped.on('error', (error) => gunzip.destroy(error))
      zipped.pipe(gunzip)
      try {
        for await (const chunk of gunzip as AsyncIterable<Buffer>) {
          onArchiveBytes(chunk.length)
          yield chunk
        }
      } catch (error) {
        throw error instanceof SubletError ? error : damaged(error)
      } finally {
        zipped.destroy()
      }
    })(),
    { objectMode: false },
  )
}

async function* unsealed(sealed: AsyncIterable<Uint8Array>, key: Hex): AsyncGenerator<Uint8Array> {
  const reader = readBytes(sealed)
  try {
    const head = await reader.read(magic.length + saltBytes)
    if (head === undefined || !magic.equals(head.subarray(0, magic.length))) {
      throw new SubletError('snapshot.failed', 'The object is no snapshot of a volume.', {
        hint: 'Check bucket and key.',
      })
    }
    const cipher = await cipherFor(key, head.subarray(magic.length))
    for (;;) {
      const { kind, plain } = await cipher.open(reader).catch((error: unknown) => {
        throw error instanceof SubletError && error.code !== 'seal.invalid' ? error : damaged(error)
      })
      if (kind === 'end') return
      yield plain
    }
  } catch (error) {
    throw error instanceof RangeError ? damaged(error) : error
  } finally {
    await reader.cancel()
  }
}

function cipherFor(key: Hex, salt: Uint8Array) {
  const secret = Buffer.from(key.slice(2), 'hex')
  const derived = Buffer.from(
    hkdfSync('sha256', secret, salt, 'sublet volume snapshot 1', keyBytes + nonceBytes),
  )
  return createFrameCipher(
    Uint8Array.from(derived.subarray(0, keyBytes)),
    Uint8Array.from(derived.subarray(keyBytes)),
  )
}

function damaged(cause: unknown): SubletError {
  return new SubletError('snapshot.failed', 'The snapshot is cut off, altered, or of another wallet.', {
    hint: 'Restore it with the wallet that made it, or take an older one.',
    cause,
  })
}
