import { FAILSAFE_SCHEMA, type LoadOptions, loadAll, Type } from 'js-yaml'
import { isTyped, typedScalar } from './scalar.ts'

/** Levels that a file may nest. */
export const maxDepth = 64

const plainScalar = new Type('tag:sublet.dev,2026:plain', {
  kind: 'scalar',
  resolve: isTyped,
  construct: typedScalar,
})

const mergeKey = new Type('tag:yaml.org,2002:merge', {
  kind: 'scalar',
  resolve: (text: string | null) => text === '<<',
})

const tagged = ['null', 'bool', 'int', 'float'].map(
  (name) =>
    new Type(`tag:yaml.org,2002:${name}`, { kind: 'scalar', resolve: isTyped, construct: typedScalar }),
)

const schema = FAILSAFE_SCHEMA.extend({ implicit: [plainScalar], explicit: tagged })
/** Asks of every scalar whether it is a merge key, so for texts that may have one. */
const mergingSchema = schema.extend({ implicit: [mergeKey] })

/**
 * Every document of a text, scalars spelled as they were written. `listener` hears of each node as it opens and closes.
 * Of a key that is written twice the last counts, if it is taken at all. Throws `YAMLException`.
 */
export function loadYaml(
  text: string,
  listener?: NonNullable<LoadOptions['listener']>,
  takesDuplicates = false,
): unknown[] {
  const documents: unknown[] = []
  // maxDepth is younger than the type declarations.
  const options: LoadOptions & { maxDepth: number } = {
    schema: text.includes('<<') ? mergingSchema : schema,
    maxDepth,
  }
  if (listener !== undefined) options.listener = listener
  if (takesDuplicates) options.json = true
  loadAll(text, (document) => documents.push(document), options)
  return documents
}
