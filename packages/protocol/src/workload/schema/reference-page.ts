import { z } from 'zod'
import { serviceKeys } from '../sublet/service-schema.ts'
import { subletFileSchema } from '../sublet/sublet-schema.ts'

/** A part of the format that has keys of its own. */
interface Part {
  heading: string
  shape: Readonly<Record<string, z.ZodType>>
  about: string
}

export const smallestFile = `image: ghcr.io/acme/app:1
port: 80
`

export const fullerFile = `name: hello
services:
  web:
    image: ghcr.io/acme/web:1
    cpu: 0.25
    memory: 128Mi
    ports: [8080]
    env: { MODE: production, TOKEN: { secret: web-token } }
    health: { http: /healthz }
    depends-on: { model: healthy }
  model:
    image: ghcr.io/acme/model:1
    gpu: { model: [rtx4090, h100], count: 1 }
    memory: 16Gi
    ports: [{ port: 9000, public: false, allow: [web] }]
    volumes: { weights: { size: 50Gi, class: nvme, persistent: true, mount: /weights } }
    fetch: [{ huggingface: acme/model, to: /models }]
    health: { http: /ready, start-period: 5m }
placement: { region: [eu-west], max-latency: 50ms }
price: { max: 0.40/h }
policy: cheapest
duration: 2h
`

/** The reference page of Sublet's own format, from its schema alone. */
export function subletReferencePage(): string {
  const shape = subletFileSchema.shape as Readonly<Record<string, z.ZodType>>
  const service = Object.fromEntries(
    serviceKeys.map((key) => [key, key === 'image' ? required(shape, key) : (shape[key] ?? z.unknown())]),
  )
  const file = Object.fromEntries(Object.entries(shape).filter(([key]) => !serviceKeys.includes(key)))
  const parts: Part[] = [
    {
      heading: 'The file',
      shape: file,
      about: 'A file with one service may have the keys of the service here, instead of `services`.',
    },
    { heading: 'A service', shape: service, about: 'An entry of `services`.' },
  ]
  // Parts are found by walking; what a part shares with another is told once.
  const told = new Set<string>()
  for (const part of parts) {
    for (const [key, schema] of Object.entries(part.shape)) {
      for (const inner of objectsIn(schema)) {
        const keys = Object.keys(inner.shape).join()
        if (told.has(keys) || key === 'services') continue
        told.add(keys)
        const heading =
          part.heading === 'The file' || part.heading === 'A service'
            ? `\`${key}\``
            : `${part.heading.slice(0, -1)}.${key}\``
        parts.push({ heading, shape: inner.shape, about: inner.description ?? '' })
      }
    }
  }
  return [intro(), ...parts.map(section)].join('\n')
}

function intro(): string {
  return `# Sublet YAML

The format of Sublet's own workload files. This page comes from the schema that checks them
(\`npm run docs -w packages/protocol\`), as does \`docs/schema/sublet.schema.json\`, which editors use to check and complete files.

The smallest file is an image and a port:

\`\`\`yaml
${smallestFile}\`\`\`

A fuller one:

\`\`\`yaml
${fullerFile}\`\`\`
`
}

function section({ heading, shape, about }: Part): string {
  const rows = Object.entries(shape).map(([key, schema]) => {
    const optional = schema instanceof z.ZodOptional
    return `| \`${key}\` | ${escapeCell(expectedOf(schema))} | ${optional ? '' : 'yes'} | ${escapeCell(descriptionOf(schema))} |`
  })
  return [
    `## ${heading}`,
    '',
    ...(about === '' ? [] : [about, '']),
    '| key | value | required | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** A description may stand on either side of the mark that makes a schema optional. */
function descriptionOf(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description
  return schema instanceof z.ZodOptional ? descriptionOf(schema.unwrap() as z.ZodType) : ''
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function required(shape: Readonly<Record<string, z.ZodType>>, key: string): z.ZodType {
  const schema = shape[key]
  // At the top of a file the image is optional, in a service it is not.
  return schema instanceof z.ZodOptional
    ? (schema.unwrap() as z.ZodType).describe('Container image.')
    : (schema ?? z.unknown())
}

/** What the schema would say that it expected. */
function expectedOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodOptional) return expectedOf(schema.unwrap() as z.ZodType)
  const error = schema._zod.def.error?.({ code: 'custom', input: undefined, path: [], message: '' } as never)
  if (typeof error === 'string' && error !== '') return error
  if (schema instanceof z.ZodUnion)
    return schema.options
      .map((option) => expectedOf(option as z.ZodType))
      .filter(Boolean)
      .join(', or ')
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(' or ')
  if (schema instanceof z.ZodEnum) return schema.options.join(', ')
  return ''
}

/** The mappings with fixed keys inside a schema, not looking into their own keys. */
function objectsIn(
  schema: z.ZodType,
): { shape: Readonly<Record<string, z.ZodType>>; description: string | undefined }[] {
  const inner = (next: unknown, description = schema.description) =>
    objectsIn(next as z.ZodType).map((found) => ({ ...found, description: found.description ?? description }))
  if (schema instanceof z.ZodObject)
    return [{ shape: schema.shape as Readonly<Record<string, z.ZodType>>, description: schema.description }]
  if (schema instanceof z.ZodOptional) return inner(schema.unwrap())
  if (schema instanceof z.ZodArray) return inner(schema.element)
  if (schema instanceof z.ZodRecord) return inner(schema.valueType)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => inner(option))
  return []
}
