import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../hash/canonical-json.ts'
import type { AkashManifest, ManifestService } from './manifest.ts'
import { manifestJson } from './manifest-json.ts'

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab"\\/<>&\n\t\u0001\u007f\u2028\u2029é😀\ud800'), maxLength: 6 }),
  fc.string({ maxLength: 8 }),
)
const count = fc.nat()
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const list = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 3 })
const texts = fc.option(list(text), { nil: null })
const amount = fc.record({ val: count.map(String) })
const attributes = maybe(list(fc.record({ key: text, value: text })))
const units = fc.record({ units: amount, attributes })

const service = fc.record({
  name: text,
  image: text,
  command: texts,
  args: texts,
  env: texts,
  count,
  resources: fc.record({
    id: count,
    cpu: units,
    gpu: units,
    memory: fc.record({ size: amount }),
    storage: list(fc.record({ name: text, size: amount, attributes })),
    endpoints: list(fc.record({ sequence_number: count, kind: maybe(fc.constantFrom(1, 2)) })),
  }),
  expose: list(
    fc.record({
      port: count,
      externalPort: count,
      proto: fc.constantFrom('TCP', 'UDP'),
      service: text,
      global: fc.boolean(),
      hosts: texts,
      httpOptions: fc.record({
        maxBodySize: count,
        readTimeout: count,
        sendTimeout: count,
        nextTries: count,
        nextTimeout: count,
        nextCases: list(text),
        proxyBufferSize: maybe(count),
      }),
      ip: text,
      endpointSequenceNumber: count,
    }),
  ),
  params: maybe(
    fc.record({
      storage: fc.option(list(fc.record({ name: text, mount: text, readOnly: fc.boolean() })), { nil: null }),
      permissions: maybe(fc.record({ read: maybe(list(text)) })),
      tee: maybe(fc.record({ type: text, attestation: fc.constant(true) })),
    }),
  ),
  credentials: fc.option(fc.record({ host: text, email: text, username: text, password: text }), {
    nil: null,
  }),
}) as fc.Arbitrary<ManifestService>

test('is the JSON with sorted keys of any manifest, with what Go escapes', () => {
  const manifests: fc.Arbitrary<AkashManifest> = list(fc.record({ name: text, services: list(service) }))
  fc.assert(
    fc.property(manifests, (manifest) => {
      const sorted = canonicalJson(manifest)
      expect(manifestJson(manifest)).toBe(sorted.replace(/[<>&\u2028\u2029]/g, goEscape))
    }),
    { numRuns: 1_000 },
  )
})

function goEscape(character: string): string {
  const escapes: Record<string, string> = { '<': '003c', '>': '003e', '&': '0026', '\u2028': '2028' }
  return `\\u${escapes[character] ?? '2029'}`
}
