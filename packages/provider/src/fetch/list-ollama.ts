import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { SubletError } from '@sublet/protocol'
import { z } from 'zod'
import type { Outbound } from '../outbound/outbound.ts'
import { expectOk, type Listing, type RemoteFile } from './listing.ts'
import type { FetchPlaces, FetchSource } from './source.ts'

const layerSchema = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
})
const manifestSchema = z.object({ config: layerSchema, layers: z.array(layerSchema) })
const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'

/**
 * A model of an Ollama registry, laid out as `ollama pull` leaves it: `manifests/REGISTRY/NAMESPACE/MODEL/TAG` and
 * `blobs/sha256-…`. The registry speaks the OCI distribution protocol.
 */
export async function listOllama(
  source: FetchSource,
  places: FetchPlaces,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Listing> {
  const { base, host, namespace, model, tag } = readModel(source.source, places.ollamaUrl)
  const url = `${base}/v2/${namespace}/${model}`
  const answer = expectOk(
    `The model ${source.source}`,
    await outbound({ url: `${url}/manifests/${tag}`, headers: { accept: manifestType }, signal }),
  )
  const content = await buffer(answer.body)
  const manifest = manifestSchema.safeParse(JSON.parse(content.toString('utf8')))
  if (!manifest.success) {
    throw new SubletError('fetch.failed', `The registry's manifest of ${source.source} is not understood.`)
  }
  const { config, layers } = manifest.data
  const blobs = new Map([config, ...layers].map((layer) => [layer.digest, layer.size]))
  const files = [...blobs].map(
    ([digest, sizeBytes]): RemoteFile => ({
      path: `blobs/${digest.replace(':', '-')}`,
      sizeBytes,
      digest: { algorithm: 'sha256', hex: digest.slice('sha256:'.length) },
      open: async (from, opening) =>
        expectOk(
          `A layer of ${source.source}`,
          await outbound({
            url: `${url}/blobs/${digest}`,
            headers: from > 0 ? { range: `bytes=${from}-` } : {},
            signal: opening,
          }),
        ),
    }),
  )
  return {
    identity: `ollama ${url} ${createHash('sha256').update(content).digest('hex')}`,
    files: [...files, { path: `manifests/${host}/${namespace}/${model}/${tag}`, content }],
  }
}

/** `model`, `model:tag`, `namespace/model:tag`, or with a registry of its own in front. */
function readModel(text: string, defaultUrl: string) {
  const parts = /^(?:([^/]+)\/)??(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(text)
  const [, registry, namespace = 'library', model = '', tag = 'latest'] = parts ?? []
  const allowed = /^[\w.-]+$/
  if (parts === null || ![namespace, model, tag].every((part) => allowed.test(part) && !/^\.+$/.test(part))) {
    throw new SubletError('fetch.failed', `${text} is no name of an Ollama model.`, {
      hint: 'Write it as model:tag or namespace/model:tag.',
    })
  }
  const base = registry === undefined ? defaultUrl.replace(/\/+$/, '') : `https://${registry}`
  return { base, host: registry ?? 'registry.ollama.ai', namespace, model, tag }
}
