import type { WorkloadFormat } from '../finding.ts'
import { workloadJsonSchema } from './json-schemas.ts'
import {
  akashReferencePage,
  composeReferencePage,
  nosanaReferencePage,
  subletReferencePage,
} from './reference-page.ts'

const formats: readonly WorkloadFormat[] = ['sublet', 'akash', 'nosana', 'compose']

/** Every page of `docs` that comes from a schema, by its path there. */
export function docFiles(): Record<string, string> {
  const schemas = formats.map((format) => [
    `schema/${format}.schema.json`,
    `${JSON.stringify(workloadJsonSchema(format), null, 2)}\n`,
  ])
  return {
    ...Object.fromEntries(schemas),
    'reference/sublet-yaml.md': subletReferencePage(),
    'reference/akash-sdl.md': akashReferencePage(),
    'reference/compose.md': composeReferencePage(),
    'reference/nosana-job.md': nosanaReferencePage(),
  }
}
