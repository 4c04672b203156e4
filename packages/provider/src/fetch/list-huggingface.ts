import { json } from 'node:stream/consumers'
import { SubletError } from '@sublet/protocol'
import { z } from 'zod'
import type { Outbound } from '../outbound/outbound.ts'
import { expectOk, type Listing, type RemoteFile, safePath } from './listing.ts'
import type { FetchPlaces, FetchSource } from './source.ts'

/** As `GET /api/models/{repo}/tree/{revision}` of the Hub answers, a page of up to a thousand. */
const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.int().nonnegative().default(0),
    /** Git's own hash of the file. */
    oid: z.string(),
    /** Set for large files: the hash of their content. */
    lfs: z.object({ oid: z.string(), size: z.int().nonnegative() }).optional(),
  }),
)
const revisionSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) })
const kinds = ['models', 'datasets', 'spaces']

/**
 * A repository of the Hugging Face Hub at one commit, whole or only the files named: exact names, folders, or patterns
 * with `*`. Datasets and spaces are `datasets/OWNER/NAME` and `spaces/OWNER/NAME`.
 */
export async function listHuggingFace(
  source: FetchSource,
  places: FetchPlaces,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Listing> {
  const base = places.huggingFaceUrl.replace(/\/+$/, '')
  const { kind, repo, page } = readRepo(source.source, base)
  const headers =
    source.credentials === undefined ? {} : { authorization: `Bearer ${source.credentials.key}` }
  const revision = encodeURIComponent(source.revision ?? 'main')
  const ask = async (url: string) =>
    expectOk(`${source.source} on Hugging Face`, await outbound({ url, headers, signal }))

  const { sha } = revisionSchema.parse(
    await json((await ask(`${base}/api/${kind}/${repo}/revision/${revision}`)).body),
  )
  const files: RemoteFile[] = []
  let next: string | undefined = `${base}/api/${kind}/${repo}/tree/${sha}?recursive=true`
  while (next !== undefined) {
    const answer = await ask(next)
    for (const entry of treeSchema.parse(await json(answer.body))) {
      if (entry.type !== 'file' || !isWanted(entry.path, source.files)) continue
      const address = `${page}/resolve/${sha}/${entry.path.split('/').map(encodeURIComponent).join('/')}`
      files.push({
        path: safePath(entry.path),
        sizeBytes: entry.lfs?.size ?? entry.size,
        digest:
          entry.lfs === undefined
            ? { algorithm: 'git-sha1', hex: entry.oid }
            : { algorithm: 'sha256', hex: entry.lfs.oid },
        open: async (from, opening) =>
          expectOk(
            `${entry.path} of ${source.source}`,
            await outbound({
              url: address,
              headers: { ...headers, ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
              signal: opening,
            }),
          ),
      })
    }
    next = nextPage(answer.headers.link, next)
  }
  if (files.length === 0)
    throw new SubletError('fetch.failed', `${source.source} has none of the files that are named.`)
  return { identity: `huggingface ${base} ${kind}/${repo} ${sha}`, files }
}

function readRepo(text: string, base: string) {
  const [first = '', ...rest] = text.replace(/^\/+|\/+$/g, '').split('/')
  const isKind = kinds.includes(first) && rest.length > 0
  const repo = (isKind ? rest : [first, ...rest]).map(encodeURIComponent).join('/')
  const kind = isKind ? first : 'models'
  return { kind, repo, page: kind === 'models' ? `${base}/${repo}` : `${base}/${kind}/${repo}` }
}

/** Only on the same host: the link comes from outside and the token goes along. */
function nextPage(link: string | string[] | undefined, current: string): string | undefined {
  const found = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ''))?.[1]
  if (found === undefined) return undefined
  const next = new URL(found, current)
  return next.origin === new URL(current).origin ? next.href : undefined
}

/** Whether a file is among those that a workload names; nothing named means all. */
export function isWanted(path: string, wanted: readonly string[]): boolean {
  return (
    wanted.length === 0 ||
    wanted.some((name) => {
      const plain = name.replace(/^\.?\/+|\/+$/g, '')
      return plain === path || path.startsWith(`${plain}/`) || (plain.includes('*') && matches(plain, path))
    })
  )
}

/** `*` stands for any run of characters, as in the Hub's own `allow_patterns`. Linear in both lengths' product. */
function matches(pattern: string, path: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  if (!path.startsWith(first) || path.length < first.length + last.length || !path.endsWith(last))
    return false
  let at = first.length
  for (const part of rest) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= path.length - last.length
}
