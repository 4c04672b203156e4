import fc from 'fast-check'
import { expect, test } from 'vitest'
import { akashFileSchema } from '../akash/console-schema.ts'
import { subletFileSchema } from '../sublet/sublet-schema.ts'
import { parseText } from './parse-text.ts'
import { plainOf } from './scalar.ts'
import { compileCheck } from './schema-check.ts'

const akash = `version: "2.0"
services: {web: {image: nginx, env: [A=1], expose: [{port: 3000, as: 80, proto: tcp, accept: [a.b], to: [{global: true, ip: addr}], http_options: {next_cases: [error], read_timeout: 5}}], params: {storage: {data: {mount: /d, readOnly: true}}, tee: cpu}, credentials: {host: h, username: u, password: secret}}}
profiles:
  compute: {web: {resources: {cpu: {units: 0.5}, memory: {size: 512Mi}, storage: [{size: 1Gi}, {name: data, size: 1Gi, attributes: {class: beta2, persistent: true}}], gpu: {units: 1, attributes: {vendor: {nvidia: [{model: a100, interface: sxm}]}}}}}}
  placement: {any: {attributes: {host: akash}, signedBy: {anyOf: [x]}, pricing: {web: {denom: uact, amount: 1000}}}}
deployment: {web: {any: {profile: web, count: 1}}}
endpoints: {addr: {kind: ip}}
reclamation: {min_window: 24h}
`
const sublet = `name: hello
services:
  web: {image: hello, cpu: 0.25, memory: 128Mi, gpu: {model: [a], count: 1}, ports: [8080, {port: 1, as: 2}], env: {A: b, C: {secret: d}}, volumes: {v: {size: 1Gi, mount: [/a]}}, health: {http: /}, job: {results: {r: x}}, restart: never, depends-on: [b]}
placement: {region: eu, max-latency: 50ms}
price: {max: 0.40/h}
policy: cheapest
duration: 2h
`

function treeOf(text: string): unknown {
  const parsed = parseText(text)
  return 'documents' in parsed ? plainOf(parsed.documents[0]) : undefined
}

/** Every place in a tree where something else could stand. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      places(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ]
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return by
  if (Array.isArray(value))
    return value.map((inner, index) => (index === key ? replaced(inner, rest, by) : inner))
  const record = value as Record<string, unknown>
  return { ...record, [key]: replaced(record[key], rest, by) }
}

test('says what parsing says, whatever stands wherever', { timeout: 60_000 }, () => {
  for (const [schema, text] of [
    [akashFileSchema, akash],
    [subletFileSchema, sublet],
  ] as const) {
    const check = compileCheck(schema)
    const tree = treeOf(text)
    expect(check(tree)).toBe(true)
    const other = fc.oneof(
      fc.constantFrom(
        null,
        true,
        0,
        1,
        -1,
        1.5,
        70000,
        '',
        'x',
        'tcp',
        '/p',
        '1Gi',
        'ram',
        'off',
        '2h',
        [],
        ['x'],
        ['off', 'error'],
        {},
      ),
      fc.dictionary(
        fc.constantFrom('a', 'port', 'size', 'units', 'nope'),
        fc.constantFrom(1, 'x', '1Gi', null),
      ),
    )
    fc.assert(
      fc.property(fc.constantFrom(...places(tree)), other, (path, by) => {
        const mutant = replaced(tree, path, by)
        expect(check(mutant)).toBe(schema.safeParse(mutant).success)
      }),
      { numRuns: 2000 },
    )
  }
})
