import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const isSchema = (value: unknown): value is z.ZodType => value instanceof z.ZodType

/** What travels is the input side of every schema: requests are decoded from it, responses encoded to it. */
function wireSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return json
}

function describe(schemas: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, value]) => {
      if (isSchema(value)) return [name, wireSchema(value)]
      if (name === 'response' && value !== null && typeof value === 'object') {
        return [name, describe(value as Record<string, unknown>)]
      }
      return [name, value]
    }),
  )
}

/** Collects every route added from now on, and serves OpenAPI 3.1 of them at `/openapi.json`. */
export function serveOpenApi(
  app: FastifyInstance,
  { title, version }: { title: string; version: string },
): void {
  // Called, not registered: a plugin loads only later, and would miss the routes that are added right after this.
  fastifySwagger(
    app,
    {
      openapi: { openapi: '3.1.0', info: { title, version } },
      transform: ({ schema, url }) => ({ schema: describe((schema ?? {}) as Record<string, unknown>), url }),
    },
    () => {},
  )
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
