import { isTree, type Tree } from '../source/records.ts'

/** How a file may differ from what its reader's schema describes, which sees it a little tidied. */
export interface Tidying {
  /** Keys under which any scalar is taken for text; `true` for everywhere. */
  textKeys: ReadonlySet<string> | true
  /** Keys without a value, and extension fields (`x-...`), are taken out. */
  takesOut: boolean
}

/** A JSON Schema of the file as its author may write it. */
export function asWritten(schema: Tree, tidying: Tidying): Tree {
  const { definitions = {}, ...rest } = schema
  const asText = new Set<unknown>()
  const widened = widen(rest, tidying, tidying.textKeys === true, asText)
  if (!isTree(definitions)) return widened
  // A definition is text where one that is text refers to it, so the referring ones are looked at twice.
  const all = () =>
    Object.entries(definitions).map(([name, inner]) => [
      name,
      widen(inner as Tree, tidying, asText.has(`#/definitions/${name}`), asText),
    ])
  all()
  return Object.keys(definitions).length === 0
    ? widened
    : { ...widened, definitions: Object.fromEntries(all()) }
}

const scalars = ['string', 'number', 'boolean']

function widen(schema: Tree, tidying: Tidying, isText: boolean, asText: Set<unknown>): Tree {
  const out: Tree = {}
  if (isText && schema.$ref !== undefined) asText.add(schema.$ref)
  for (const [key, inner] of Object.entries(schema)) {
    if (key === 'properties' && isTree(inner))
      out[key] = properties(inner, schema.required, tidying, isText, asText)
    else if (key === 'additionalProperties' && isTree(inner))
      out[key] = optional(widen(inner, tidying, isText, asText), tidying)
    else if ((key === 'anyOf' || key === 'allOf') && Array.isArray(inner))
      out[key] = inner.map((branch: Tree) => widen(branch, tidying, isText, asText))
    else if (key === 'items' && isTree(inner)) out[key] = widen(inner, tidying, isText, asText)
    else out[key] = inner
  }
  if (isText && out.type === 'string' && out.enum === undefined && out.const === undefined) out.type = scalars
  if (isText && out.type === 'boolean') out.type = ['boolean', 'string']
  if (tidying.takesOut && out.additionalProperties === false && out.properties !== undefined) {
    out.patternProperties = { '^x-': {} }
    out.additionalProperties = { type: 'null' }
  }
  return out
}

function properties(
  shape: Tree,
  required: unknown,
  tidying: Tidying,
  isText: boolean,
  asText: Set<unknown>,
): Tree {
  const needed = new Set(Array.isArray(required) ? required : [])
  return Object.fromEntries(
    Object.entries(shape).map(([name, inner]) => {
      const text = isText || tidying.textKeys === true || tidying.textKeys.has(name)
      const schema = widen(inner as Tree, tidying, text, asText)
      return [name, needed.has(name) ? schema : optional(schema, tidying)]
    }),
  )
}

/** The same, or no value at all. */
function optional(schema: Tree, { takesOut }: Tidying): Tree {
  const { description, ...rest } = schema
  if (!takesOut || Object.keys(rest).length === 0) return schema
  const { type } = rest
  if (type !== undefined && rest.enum === undefined && rest.const === undefined)
    return { ...schema, type: [...new Set([type, 'null'].flat())] }
  const branches: unknown[] = Array.isArray(rest.anyOf) ? rest.anyOf : [rest]
  if (branches.some((branch) => isTree(branch) && branch.type === 'null')) return schema
  const open = { anyOf: [...branches, { type: 'null' }] }
  return description === undefined ? open : { description, ...open }
}
