import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WorkloadFormat } from '../finding.ts'
import { readWorkload } from '../read-workload.ts'
import { splice, splices, tokens } from '../testing/splice.ts'
import { workloadSchema } from '../workload.ts'

const examples = join(import.meta.dirname, '../../../../../examples')

const seeds = [
  { format: 'compose', text: readFileSync(join(examples, 'compose.yaml'), 'utf8') },
  { format: 'nosana', text: readFileSync(join(examples, 'nosana-job.json'), 'utf8') },
] as const

/** Reads whatever is given; anything but a workload or a reason for its absence is a failure. */
function explains(text: string, format: WorkloadFormat) {
  const { workload, findings } = readWorkload(text, { file: 'x', format })
  for (const { code, message, line, column } of findings) {
    expect(code).toMatch(/^[a-z]+\.[a-z-]+$/)
    expect(message.length).toBeGreaterThan(5)
    expect(line > 0 && column > 0).toBe(true)
  }
  if (workload === undefined) expect(findings.length).toBeGreaterThan(0)
  else expect(workloadSchema.parse(workload)).toEqual(workload)
  return findings.map((finding) => finding.code)
}

test.each(seeds)(
  'ends every mutated $format file in a workload or in reasons',
  ({ format, text }) => {
    fc.assert(
      fc.property(splices, (some) => {
        explains(some.reduce(splice, text), format)
      }),
      { numRuns: 1000 },
    )
  },
  60_000,
)

test.each(['compose', 'nosana'] as const)(
  'ends any JSON read as %s in a workload or in reasons',
  (format) => {
    const key = fc.constantFrom(
      'services',
      'image',
      'ports',
      'volumes',
      'environment',
      'deploy',
      'ops',
      'args',
      'type',
      'id',
      'expose',
      'env',
      'version',
      'results',
      'execution',
      'a',
    ) // prettier-ignore
    const leaf = fc.oneof(
      fc.constantFrom(...tokens, 'container', 'container/run', 'x', '0.1'),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    )
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        explains(JSON.stringify(value), format)
      }),
      { numRuns: 600 },
    )
  },
  60_000,
)

const long = 'x'.repeat(400_000)
const many = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index))
const oneOp = (rest: object, more: object = {}) =>
  JSON.stringify({
    version: '0.1',
    type: 'container',
    ops: [{ type: 'container/run', id: 'a', args: { image: 'x', ...rest } }],
    ...more,
  })

test.each<[string, WorkloadFormat, string, string]>([
  [
    'an alias of a long text',
    'compose',
    `x-a: &a "$A${long}"\nservices: {a: {image: x, command: [${'*a,'.repeat(150_000)}]}}`,
    'yaml.too-large',
  ],
  [
    'an alias of a long literal',
    'nosana',
    `{version: "0.1", type: container, meta: {x: &a "%%global.job%%${long}"}, ops: [{type: container/run, id: a, args: {image: x, cmd: [${'*a,'.repeat(150_000)}]}}]}`,
    'yaml.too-large',
  ],
  [
    'a long variable named over and over',
    'nosana',
    oneOp({ cmd: ['%%global.variables.X%%'.repeat(8000)] }, { global: { variables: { X: long } } }),
    'nosana.operator',
  ],
  [
    'mounts without end',
    'compose',
    `services: {a: {image: x, volumes: [${many(4000, (index) => `"/v${index}"`).join()}]}}`,
    'compose.too-many-mounts',
  ],
  [
    'unknown keys without end',
    'compose',
    `services: {a: {image: x, ${many(2000, (index) => `k${index}: 1`).join()}}}`,
    'compose.unknown-key',
  ],
  [
    'services that swell by extending',
    'compose',
    `services:\n${many(250, (index) => ` s${index}: {image: x, extends: s${index + 1}, ports: [${many(18, (port) => `"${index * 18 + port + 1}:1"`).join()}]}`).join('\n')}\n s250: {image: x}`,
    'compose.extends',
  ],
  [
    'nested variables',
    'compose',
    `services: {a: {image: x, command: "${'${A:-'.repeat(20_000)}"}}`,
    'compose.interpolation',
  ],
  [
    'dependencies without end',
    'nosana',
    JSON.stringify({
      version: '0.1',
      type: 'container',
      ops: many(100, (index) => ({
        type: 'container/run',
        id: `o${index}`,
        args: { image: 'x' },
        execution: { group: 'g', depends_on: many(40, (other) => `q${other}`) },
      })),
    }),
    'nosana.unknown-operation',
  ],
  [
    'too many operations',
    'nosana',
    JSON.stringify({
      version: '0.1',
      type: 'container',
      ops: many(300, (index) => ({ type: 'container/run', id: `o${index}`, args: { image: 'x' } })),
    }),
    'nosana.too-many-operations',
  ],
  [
    'too many services',
    'compose',
    `services: {${many(300, (index) => `s${index}: {image: x}`).join()}}`,
    'compose.too-many-services',
  ],
])('refuses %s', (_name, format, text, code) => {
  expect(explains(text, format)).toContain(code)
})

test.each(seeds)('reads the $format example without a complaint', ({ format, text }) => {
  expect(explains(text, format)).toEqual([])
})
