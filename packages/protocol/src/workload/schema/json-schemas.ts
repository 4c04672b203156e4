import { z } from 'zod'
import { akashFileSchema } from '../akash/console-schema.ts'
import { composeFileSchema } from '../compose/compose-schema.ts'
import type { WorkloadFormat } from '../finding.ts'
import { nosanaJobSchema } from '../nosana/job-schema.ts'
import { textualKeys } from '../sublet/read-sublet.ts'
import { subletFileSchema } from '../sublet/sublet-schema.ts'
import { asWritten, type Tidying } from './as-written.ts'

const formats: Readonly<Record<WorkloadFormat, readonly [title: string, schema: z.ZodType]>> = {
  sublet: ['Sublet workload', subletFileSchema],
  akash: ['Akash SDL', akashFileSchema],
  nosana: ['Nosana job definition', nosanaJobSchema],
  compose: ['Compose file', composeFileSchema],
}

const tidied: Readonly<Partial<Record<WorkloadFormat, Tidying>>> = {
  sublet: { textKeys: textualKeys, takesOut: false },
  compose: { textKeys: true, takesOut: true },
}

/** The JSON Schema (draft 7) of a workload format, for editors to check and complete files as one types. */
export function workloadJsonSchema(format: WorkloadFormat): Record<string, unknown> {
  const [title, schema] = formats[format]
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  })
  const tidying = tidied[format]
  // Extensions stand at the top of a Sublet file, and anywhere in a Compose file, which its tidying says.
  const extensions = format === 'sublet' ? { patternProperties: { '^x-': {} } } : {}
  return { $schema, title, ...(tidying === undefined ? rest : asWritten(rest, tidying)), ...extensions }
}
