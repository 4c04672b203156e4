import { z } from 'zod'
import { akashFileSchema } from '../akash/console-schema.ts'
import { composeFileSchema } from '../compose/compose-schema.ts'
import { composeServiceSchema } from '../compose/service-schema.ts'
import { nosanaJobSchema } from '../nosana/job-schema.ts'
import { serviceKeys } from '../sublet/service-schema.ts'
import { subletFileSchema } from '../sublet/sublet-schema.ts'
import { describeParts, type Part, type Shape } from './describe-parts.ts'

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
  const shape = subletFileSchema.shape as Shape
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
  return [intro(), ...describeParts(parts, ['services'])].join('\n')
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

function required(shape: Shape, key: string): z.ZodType {
  const schema = shape[key]
  // At the top of a file the image is optional, in a service it is not.
  return schema instanceof z.ZodOptional
    ? (schema.unwrap() as z.ZodType).describe('Container image.')
    : (schema ?? z.unknown())
}

/** What is read of a Compose file, from its schema alone; keys that are known only to be passed over or refused are left out. */
export function composeReferencePage(): string {
  const parts: Part[] = [
    { heading: 'The file', shape: spoken(composeFileSchema.shape), about: '' },
    { heading: 'A service', shape: spoken(composeServiceSchema.shape), about: 'An entry of `services`.' },
  ]
  return [
    `# Compose files

What Sublet reads of a Compose file. This page comes from the schema that checks them (\`npm run docs -w packages/protocol\`), as does
\`docs/schema/compose.schema.json\`. What a rented machine cannot have is refused with the way round: [formats.md](../formats.md).
`,
    ...describeParts(parts, ['services']),
  ].join('\n')
}

/** What a Nosana job definition may say, from its schema alone. */
export function nosanaReferencePage(): string {
  const parts: Part[] = [{ heading: 'The file', shape: nosanaJobSchema.shape as Shape, about: '' }]
  return [
    `# Nosana job definitions

What either of Nosana's official validators accepts is read. This page comes from the schema that checks it
(\`npm run docs -w packages/protocol\`), as does \`docs/schema/nosana.schema.json\`. What each means here: [formats.md](../formats.md).
`,
    ...describeParts(parts, []),
  ].join('\n')
}

/** Akash SDL as its console takes it, which is stricter than its providers are; from the schema alone. */
export function akashReferencePage(): string {
  const parts: Part[] = [{ heading: 'The file', shape: akashFileSchema.shape as Shape, about: '' }]
  return [
    `# Akash SDL

Akash SDL 2.0 and 2.1 as its console takes it, which is the better guide for writing: its providers, and Sublet with them, read more.
This page comes from a schema (\`npm run docs -w packages/protocol\`), as does \`docs/schema/akash.schema.json\`. What each means here:
[formats.md](../formats.md).
`,
    ...describeParts(parts, []),
  ].join('\n')
}

/** Without the keys that may hold anything. */
function spoken(shape: object): Shape {
  return Object.fromEntries(
    Object.entries(shape as Shape).filter(
      ([, schema]) =>
        !(
          schema instanceof z.ZodOptional &&
          schema.unwrap() instanceof z.ZodUnknown &&
          schema.description === undefined
        ),
    ),
  )
}
