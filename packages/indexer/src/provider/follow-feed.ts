import { setTimeout as sleepFor } from 'node:timers/promises'
import { type FeedEvent, feedEventSchema, isSubletError, type SignedAsk } from '@sublet/protocol'
import type { Log, Tunnel } from '@sublet/service'
import type { RateLimit } from '../limit/rate-limit.ts'
import type { RouteTable } from '../relay/route-table.ts'
import { linesOf } from './lines.ts'

export interface FeedParts {
  tunnel: Tunnel
  routes: RouteTable
  /** Takes an ask, or throws why not. */
  takeAsk: (signedAsk: SignedAsk) => Promise<void>
  /** Asks beyond it wait, and with them the feed. */
  askRate: RateLimit
  now: () => number
  log: Log
}

const longestLineBytes = 512 * 1024
/** A provider pings every ten seconds. */
const longestSilenceMs = 30_000
const retryMs = 1_000
const askPauseMs = 50

/** Listens to a provider's feed as long as its tunnel stands, and asks for it anew when it breaks off. */
export async function followFeed({ tunnel, routes, takeAsk, askRate, now, log }: FeedParts): Promise<void> {
  const { provider } = tunnel
  while (!tunnel.isClosed) {
    const quiet = new AbortController()
    let timer = setTimeout(() => quiet.abort(), longestSilenceMs)
    const heard = () => {
      clearTimeout(timer)
      timer = setTimeout(() => quiet.abort(), longestSilenceMs)
      timer.unref()
    }
    try {
      const { status, body } = await tunnel.request({ method: 'GET', path: '/v1/feed', signal: quiet.signal })
      if (status !== 200) {
        body.destroy()
        throw new Error(`the feed answers with status ${status}`)
      }
      // What the provider stands by comes again, all of it: routes that it no longer names are gone.
      const named = new Set<string>()
      const stale = routes.labelsOf(provider)
      let settled = false
      for await (const line of linesOf(body, longestLineBytes)) {
        heard()
        const event = parseEvent(line)
        if (event === undefined) {
          log.warn({ provider }, 'the provider sent a feed event that is not understood')
          continue
        }
        if (event.type === 'ask') {
          while (!askRate.take(provider, now())) await sleepFor(askPauseMs, undefined, { ref: false })
          await takeAsk(event.signedAsk).catch((error: unknown) => {
            if (!isSubletError(error)) throw error
            log.warn({ provider, code: error.code, hint: error.hint }, error.message)
          })
        } else if (event.type === 'route') {
          named.add(event.route.label)
          const refusal = routes.add(provider, event.route)
          if (refusal !== undefined) log.warn({ provider, label: event.route.label }, refusal)
        } else if (event.type === 'unroute') routes.remove(provider, event.label)
        else if (!settled) {
          // The first ping comes when everything was told.
          settled = true
          for (const label of stale) if (!named.has(label)) routes.remove(provider, label)
        }
      }
    } catch (error) {
      if (!tunnel.isClosed) log.warn({ provider, reason: String(error) }, 'the feed broke off; asking again')
    } finally {
      clearTimeout(timer)
    }
    if (!tunnel.isClosed) await sleepFor(retryMs, undefined, { ref: false })
  }
}

function parseEvent(line: string): FeedEvent | undefined {
  try {
    return feedEventSchema.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}
