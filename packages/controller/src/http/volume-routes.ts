import {
  type Address,
  addressSchema,
  tenantVolumesSchema,
  toProblem,
  type VolumeProgress,
  volumeProgressSchema,
  volumeRestoreSchema,
  volumeSnapshotSchema,
} from '@sublet/protocol'
import { type OpenProvider, type ProviderClient, snapshotKeyOf } from '@sublet/sdk'
import { type HttpServer, sendLines, toSubletError } from '@sublet/service'
import type { FastifyReply } from 'fastify'
import type { LocalAccount } from 'viem'
import { z } from 'zod'
import type { Deployments } from '../deployment/deployments.ts'
import type { Snapshots } from '../snapshot/snapshots.ts'

export interface VolumeRouteParts {
  deployments: Deployments
  openProvider: OpenProvider
  /** Remembered for the next provider, should this one be lost. */
  snapshots: Pick<Snapshots, 'remember'>
  /** Where a provider is reached that no lease was with yet. */
  relayUrlOf: (provider: Address) => string
  account: Pick<LocalAccount, 'signMessage'>
}

/** How long a provider may take to say what it keeps, milliseconds. */
const answerMs = 5_000

/** The volumes that providers keep for this wallet's deployments, and their snapshots. */
export function volumeRoutes(server: HttpServer, parts: VolumeRouteParts): void {
  const { deployments, openProvider } = parts

  /** Providers that have had a lease of this wallet, and where they are reached. */
  function known(): Map<Address, string> {
    const leases = deployments
      .list()
      .flatMap(({ groups }) =>
        groups.flatMap(({ leaseId }) => (leaseId === undefined ? [] : [deployments.lease(leaseId)])),
      )
    return new Map(
      leases.filter(({ relayUrl }) => relayUrl !== '').map(({ provider, relayUrl }) => [provider, relayUrl]),
    )
  }

  function open(provider: Address): Promise<ProviderClient> {
    return openProvider({ provider, relayUrl: known().get(provider) ?? parts.relayUrlOf(provider) })
  }

  server.get(
    '/v1/volumes',
    { schema: { summary: 'Volumes kept for deployments', response: { 200: tenantVolumesSchema } } },
    async () => {
      const silent: Address[] = []
      const lists = await Promise.all(
        [...known().keys()].map(async (provider) => {
          try {
            const volumes = await (await open(provider)).volumes({ signal: AbortSignal.timeout(answerMs) })
            return volumes.map((volume) => ({ ...volume, provider }))
          } catch {
            silent.push(provider)
            return []
          }
        }),
      )
      return { volumes: lists.flat(), silent }
    },
  )
  server.delete(
    '/v1/volumes/:provider/:id',
    {
      schema: {
        summary: 'Frees a volume with all that is in it',
        params: z.object({ provider: addressSchema, id: z.string() }),
      },
    },
    async (request, reply) => {
      await (await open(request.params.provider)).removeVolume(request.params.id)
      return reply.code(204).send()
    },
  )
  server.post(
    '/v1/volumes/snapshot',
    { schema: { summary: 'Writes a volume to a store, one JSON object a line', body: volumeSnapshotSchema } },
    async (request, reply) => {
      const { provider, id, to } = request.body
      const encryptionKey = await snapshotKeyOf(parts.account)
      const client = await open(provider)
      const kept = (await client.volumes()).find((one) => one.id === id)
      const takenAtMs = Date.now()
      return await sendProgress(reply, async function* (signal) {
        for await (const progress of client.snapshotVolume(id, { to, encryptionKey }, { signal })) {
          if (progress.done && kept !== undefined) {
            const { deployment, volume } = kept
            await parts.snapshots.remember({ deployment, volume, place: to, takenAtMs })
          }
          yield progress
        }
      })
    },
  )
  server.post(
    '/v1/volumes/restore',
    {
      schema: {
        summary: 'Makes a volume out of a snapshot, one JSON object a line',
        body: volumeRestoreSchema,
      },
    },
    async (request, reply) => {
      const { provider, ...wanted } = request.body
      const encryptionKey = await snapshotKeyOf(parts.account)
      const client = await open(provider)
      return await sendProgress(reply, (signal) =>
        client.restoreVolume({ ...wanted, encryptionKey }, { signal }),
      )
    },
  )
}

/** The first line is awaited, so that a refusal is an answer of its own; what fails later is the last line. */
async function sendProgress(
  reply: FastifyReply,
  start: (signal: AbortSignal) => AsyncGenerator<VolumeProgress>,
): Promise<FastifyReply> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const lines = start(gone.signal)
  const first = await lines.next()
  const all = async function* (): AsyncGenerator<VolumeProgress> {
    let last: VolumeProgress = { archiveBytes: 0, storedBytes: 0, done: false }
    try {
      if (first.done !== true) yield first.value
      for await (const line of lines) {
        last = line
        yield line
      }
    } catch (error) {
      yield { ...last, problem: { ...toProblem(toSubletError(error)) } }
    }
  }
  return sendLines(reply, all(), { schema: volumeProgressSchema })
}
