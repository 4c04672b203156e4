import { Resolver } from 'node:dns/promises'
import { type HostRecords, plainName } from './judge-claim.ts'

/** Looks a host up. Throws when the name servers don't answer; a name without records has none. */
export type FindRecords = (host: string) => Promise<HostRecords>

const mostAliases = 8
const absent = new Set(['ENOTFOUND', 'ENODATA'])

/** @param servers name servers as `address` or `address:port`; the machine's own where empty. */
export function createFindRecords(servers: readonly string[] = []): FindRecords {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 })
  if (servers.length > 0) resolver.setServers(servers)
  const found = async <T>(asked: Promise<T[]>): Promise<T[]> =>
    asked.catch((error: NodeJS.ErrnoException) => {
      if (absent.has(error.code ?? '')) return []
      throw error
    })

  async function aliasesOf(host: string): Promise<string[]> {
    const aliases: string[] = []
    for (let name = host; aliases.length < mostAliases; ) {
      const [next] = await found(resolver.resolveCname(name))
      if (next === undefined) break
      name = plainName(next)
      aliases.push(name)
    }
    return aliases
  }

  return async (host) => {
    const [texts, aliases, four, six] = await Promise.all([
      found(resolver.resolveTxt(`_sublet.${host}`)),
      aliasesOf(host),
      found(resolver.resolve4(host)),
      found(resolver.resolve6(host)),
    ])
    // One TXT record may come in pieces.
    return { texts: texts.map((pieces) => pieces.join('')), aliases, addresses: [...four, ...six] }
  }
}
