import {
  fromProblem,
  type KeptVolume,
  keptVolumeSchema,
  type Problem,
  type RestoreRequest,
  restoreRequestSchema,
  type SnapshotRequest,
  snapshotRequestSchema,
  type VolumeProgress,
  volumeProgressSchema,
} from '@sublet/protocol'
import { hexToBytes, type LocalAccount, sha256 } from 'viem'
import { z } from 'zod'
import type { CallOptions } from './files.ts'

/** The volumes that a provider keeps for a tenant's deployments. */
export interface TenantVolumes {
  volumes(options?: CallOptions): Promise<KeptVolume[]>
  /** Frees one with all that is in it. Throws `volume.not-found` or `volume.in-use`. */
  removeVolume(id: string, options?: CallOptions): Promise<void>
  /** The provider writes it, encrypted under the request's key, to the tenant's store. Throws `snapshot.failed` at the end. */
  snapshotVolume(id: string, request: SnapshotRequest, options?: CallOptions): AsyncGenerator<VolumeProgress>
  /** Makes a volume out of a snapshot, for the next lease of the deployment with this provider. */
  restoreVolume(request: RestoreRequest, options?: CallOptions): AsyncGenerator<VolumeProgress>
}

interface Calls {
  read: <S extends z.ZodType>(schema: S, request: Call) => Promise<z.output<S>>
  lines: <S extends z.ZodType>(schema: S, request: Call) => AsyncGenerator<z.output<S>>
}
interface Call {
  method: string
  path: string
  body?: Uint8Array
  signal?: AbortSignal | undefined
}

export function tenantVolumes({ read, lines }: Calls): TenantVolumes {
  async function* progress(request: Call): AsyncGenerator<VolumeProgress> {
    for await (const line of lines(volumeProgressSchema, request)) {
      if (line.problem !== undefined) throw fromProblem(line.problem as unknown as Problem)
      yield line
    }
  }
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  return {
    volumes: async ({ signal } = {}) =>
      (
        await read(z.object({ volumes: z.array(keptVolumeSchema) }), {
          method: 'GET',
          path: '/volumes',
          signal,
        })
      ).volumes,
    async removeVolume(id, { signal } = {}) {
      await read(z.object({}), { method: 'DELETE', path: `/volumes/${encodeURIComponent(id)}`, signal })
    },
    snapshotVolume: (id, request, { signal } = {}) =>
      progress({
        method: 'POST',
        path: `/volumes/${encodeURIComponent(id)}/snapshot`,
        body: encode(snapshotRequestSchema.encode(request)),
        signal,
      }),
    restoreVolume: (request, { signal } = {}) =>
      progress({
        method: 'POST',
        path: '/volumes/restore',
        body: encode(restoreRequestSchema.encode(request)),
        signal,
      }),
  }
}

const keyPhrase =
  'This signature is the key to your volume snapshots on Sublet. Give it only to a program that you trust with your data.'

/**
 * The key of a wallet's snapshots, the same every time (RFC 6979 makes the signature so): whoever has the wallet can restore
 * them, on any provider, and nothing else has to be kept.
 */
export async function snapshotKeyOf(account: Pick<LocalAccount, 'signMessage'>): Promise<`0x${string}`> {
  return sha256(hexToBytes(await account.signMessage({ message: keyPhrase })))
}
