import type { Hex } from '@sublet/protocol'
import type { ProviderClient } from '@sublet/sdk'
import tar from 'tar-stream'

/** Puts a small file into a lease's one service: a sign for its program, which waits for it. */
export async function putFile(
  provider: ProviderClient,
  leaseId: Hex,
  { folder, name, text = '' }: { folder: string; name: string; text?: string },
): Promise<void> {
  const archive = tar.pack()
  archive.entry({ name, mode: 0o644 }, text)
  archive.finalize()
  await provider.uploadFiles(leaseId, { path: folder }, archive as AsyncIterable<Buffer>)
}
