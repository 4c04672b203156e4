import { type WorkloadFormat, workloadJsonSchema } from '@sublet/protocol'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'

const suffix = '.schema.json'
const params = z.object({
  file: z.templateLiteral([z.enum(['sublet', 'akash', 'nosana', 'compose']), suffix], {
    error: 'one of sublet, akash, nosana and compose, with .schema.json',
  }),
})

/** The JSON Schema of each workload format, for editors, which have no credentials: it says nothing of anybody. */
export function schemaRoutes(server: HttpServer): void {
  const texts = new Map<WorkloadFormat, string>()
  server.get(
    '/schema/:file',
    { schema: { summary: 'The JSON Schema of a workload format', params } },
    async (request, reply) => {
      const format = request.params.file.slice(0, -suffix.length) as WorkloadFormat
      const text = texts.get(format) ?? JSON.stringify(workloadJsonSchema(format))
      texts.set(format, text)
      return reply.type('application/schema+json').send(text)
    },
  )
}
