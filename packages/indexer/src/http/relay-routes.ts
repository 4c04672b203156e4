import { type Address, addressSchema, SubletError } from '@sublet/protocol'
import type { HttpServer, Tunnel } from '@sublet/service'
import type { AtOnce } from '../limit/at-once.ts'
import { relayRequest } from '../relay/relay-request.ts'

export interface RelayRouteParts {
  tunnelOf: (provider: Address) => Tunnel | undefined
  atOnce: AtOnce
}

/** The provider's own API that anybody may reach; the feed and the workloads' ports are the indexer's alone. */
const open = /^\/v1\/(info|sealed)$/

/** ANY /v1/providers/:address/relay/*: a provider's own API through its tunnel, bytes untouched. */
export function relayRoutes(server: HttpServer, { tunnelOf, atOnce }: RelayRouteParts): void {
  server.register(async (scope) => {
    // Bodies go through unread, whatever they are.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.route<{ Params: { address: string; '*': string } }>({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/v1/providers/:address/relay/*',
      schema: { summary: 'A provider’s own API, through its tunnel; both directions at once' },
      handler: async (request, reply) => {
        const parsed = addressSchema.safeParse(request.params.address)
        if (!parsed.success) {
          throw new SubletError('request.invalid', `${request.params.address} is no address.`, {
            hint: 'An address is 0x and 40 hexadecimal digits.',
          })
        }
        const provider = parsed.data
        const [path = '', query] = request.raw.url?.split(/\?(.*)/s) ?? []
        const inner = path.slice(path.indexOf('/relay/') + '/relay'.length)
        if (!open.test(inner)) {
          throw new SubletError('endpoint.not-found', `Nothing is relayed to ${inner} of a provider.`, {
            hint: 'Relayed are /v1/info and /v1/sealed.',
          })
        }
        const tunnel = tunnelOf(provider)
        if (tunnel === undefined) {
          throw new SubletError(
            'provider.unreachable',
            `The provider ${provider} is not connected to this indexer.`,
            {
              hint: 'It dials again by itself; try in a few seconds, or through another indexer.',
            },
          )
        }
        const leave = atOnce.enter(request.ip)
        if (leave === undefined) {
          throw new SubletError('limit.exceeded', 'Too many requests from this address are under way.', {
            hint: 'Wait for some to end.',
          })
        }
        reply.hijack()
        await relayRequest(tunnel, query === undefined ? inner : `${inner}?${query}`, request.raw, reply.raw)
        leave()
      },
    })
  })
}
