import fc from 'fast-check'
import { comparePorts } from '../akash/normal-ports.ts'
import { compareText } from '../source/records.ts'
import type { Group, Service, Workload } from '../workload.ts'

/** Workloads that hold to the rules of the normal form, for tests of whoever reads and writes them. */

// Picked from lists rather than made by patterns, which takes a hundred times as long.
const name = fc.constantFrom('a', 'web', 'db-1', 'z9', 'y', 'null', 'constructor', 'x'.repeat(63))
const word = fc.constantFrom(
  'a',
  'B/c',
  '1.10',
  '0x1F',
  'no',
  'true',
  '-',
  '.',
  '007',
  'org/model:1',
  'toString',
  '2020-01-01',
  '1e3',
  '9_9',
)
/** Anything that may stand in a value: numbers that are texts, quotes, colons, line ends, other scripts. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '1.10',
    'true',
    'null',
    '~',
    '0x1F',
    '007',
    '1e3',
    '- a',
    'a: b',
    '# c',
    '"',
    "'",
    'é\u2028\n',
    '\t',
    ' x ',
    '{}',
    '*a',
    '&a',
    '!x',
    '%',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const path = fc.constantFrom('/', '/a', '/a/b', '/data', '/1', '/x.y')
const envName = fc.constantFrom('A', 'B_C', '_', 'Z9', 'no', 'true', 'a.b-c')
const bytes = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 40 }),
  fc.constantFrom(1024, 1024 ** 2, 1024 ** 3, 512 * 1024 ** 2),
)
const ms = fc.integer({ min: 1, max: 10 ** 9 })
const portNumber = fc.integer({ min: 1, max: 65535 })

function sortedList(item: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<string[]> {
  return fc.uniqueArray(item, { maxLength }).map((list) => list.sort(compareText))
}

function maybe<Key extends string, Value>(
  key: Key,
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<{ [K in Key]?: Value }> {
  return fc
    .option(value, { nil: undefined })
    .map((inner) => (inner === undefined ? {} : { [key]: inner }) as { [K in Key]?: Value })
}

function joined<Part extends object[]>(
  ...parts: { [K in keyof Part]: fc.Arbitrary<Part[K]> }
): fc.Arbitrary<object> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as object)
}

const gpuKind = joined(
  fc.record({ vendor: fc.constantFrom('nvidia', 'amd') }),
  maybe('model', fc.constantFrom('rtx4090', 'h100', 'mi300x')),
  maybe('memoryBytes', bytes),
  maybe('interface', fc.constantFrom('pcie', 'sxm')),
)

const gpu = joined(
  fc.record({ count: fc.integer({ min: 1, max: 64 }), anyOf: fc.array(gpuKind, { maxLength: 3 }) }),
  maybe('minMemoryBytes', bytes),
)

const http = joined(
  fc.record({
    maxBodyBytes: bytes,
    readTimeoutMs: ms,
    sendTimeoutMs: ms,
    nextTries: fc.integer({ min: 0, max: 1000 }),
    nextTimeoutMs: fc.nat(10 ** 6),
    nextCases: fc.array(fc.constantFrom('error', 'timeout', '502'), { maxLength: 3 }),
  }),
  maybe('proxyBufferBytes', bytes),
)

const port = fc.constantFrom('http', 'tcp', 'udp').chain((protocol) =>
  joined(
    fc.record({
      port: portNumber,
      as: portNumber,
      protocol: fc.constant(protocol),
      public: fc.boolean(),
      hosts: fc.constant([]),
      allow: fc.constant([]),
    }),
    protocol === 'http' ? maybe('http', http) : fc.constant({}),
  ),
)

const probe = fc.oneof(
  joined(
    fc.record({ kind: fc.constant('http'), port: portNumber, path, method: fc.constantFrom('GET', 'HEAD') }),
    maybe('expectStatus', fc.integer({ min: 100, max: 599 })),
    maybe('headers', fc.dictionary(fc.constantFrom('a', 'b'), text, { noNullPrototype: true })),
    maybe('body', text),
  ),
  fc.record({ kind: fc.constant('tcp'), port: portNumber }),
  joined(fc.record({ kind: fc.constant('websocket'), port: portNumber, path }), maybe('expect', word)),
  fc.record({ kind: fc.constant('command'), command: fc.array(text, { maxLength: 3 }) }),
)

const health = joined(
  fc.record({
    probe,
    intervalMs: ms,
    timeoutMs: ms,
    retries: fc.integer({ min: 1, max: 1000 }),
    startPeriodMs: fc.nat(10 ** 6),
  }),
  maybe('startOnly', fc.constant(true)),
  maybe('also', fc.array(fc.record({ probe, startOnly: fc.boolean() }), { minLength: 1, maxLength: 2 })),
)

const late = fc.record({
  rules: fc.constant('nosana'),
  args: fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), {
    noNullPrototype: true,
    maxKeys: 3,
  }),
  services: fc.dictionary(word, name, { noNullPrototype: true, maxKeys: 2 }),
})

const job = joined(
  fc.record({
    results: fc
      .uniqueArray(
        fc.record({
          name: word,
          regex: fc.constantFrom('loss=([0-9.]+)', '^\\d+$', 'a|b'),
          streams: fc.subarray(['stdout', 'stderr']),
        }),
        { maxLength: 2, selector: (result) => result.name },
      )
      .map((list) => list.sort((a, b) => compareText(a.name, b.name))),
  }),
  maybe('timeoutMs', ms),
)

const volumes = fc.uniqueArray(
  fc
    .record({
      name,
      sizeBytes: bytes,
      class: fc.constantFrom('default', 'hdd', 'ssd', 'nvme', 'ram'),
      persistent: fc.boolean(),
      shared: fc.boolean(),
    })
    .map(({ shared, ...volume }) => ({
      ...volume,
      persistent: volume.persistent && volume.class !== 'ram',
      ...(shared ? { shared } : {}),
    })),
  { maxLength: 3, selector: (volume) => volume.name },
)

function service(serviceName: string, ips: readonly string[]): fc.Arbitrary<Service> {
  const base = joined(
    fc.record({
      name: fc.constant(serviceName),
      image: word,
      env: fc
        .uniqueArray(
          fc.oneof(fc.record({ name: envName, value: text }), fc.record({ name: envName, secret: word })),
          { maxLength: 3, selector: (entry) => entry.name },
        )
        .map((list) => list.sort((a, b) => compareText(a.name, b.name))),
      files: fc
        .uniqueArray(
          fc.oneof(
            fc.record({ path, mode: fc.integer({ min: 0, max: 0o777 }), content: text }),
            fc.record({ path, mode: fc.constant(0o644), secret: word }),
          ),
          { maxLength: 2, selector: (file) => file.path },
        )
        .map((list) => list.sort((a, b) => compareText(a.path, b.path))),
      fetches: fc.array(
        joined(
          fc.record({
            kind: fc.constantFrom('s3', 'huggingface', 'ollama', 'http'),
            source: word,
            target: path,
            files: fc.array(word, { maxLength: 2 }),
            readOnly: fc.boolean(),
          }),
          maybe('revision', word),
          maybe('secret', word),
          maybe('region', word),
          maybe('bucket', word),
          maybe('credentials', joined(fc.record({ key: text }), maybe('id', text))),
        ),
        { maxLength: 2 },
      ),
      ports: fc.uniqueArray(port, {
        maxLength: 3,
        selector: (each) => JSON.stringify([Reflect.get(each, 'port')]),
      }),
      aliases: sortedList(name),
      replicas: fc.integer({ min: 1, max: 1000 }),
      dependsOn: fc.constant([]),
      stopWith: fc.constant([]),
      readOnlyRoot: fc.boolean(),
      stopGraceMs: fc.nat(10 ** 6),
      permissions: sortedList(fc.constantFrom('logs', 'events', 'deployment')),
      restart: joined(
        fc.record({ policy: fc.constantFrom('always', 'on-failure', 'never') }),
        maybe('maxRetries', fc.nat(100)),
      ),
    }),
    maybe('command', fc.array(text, { maxLength: 3 })),
    maybe('args', fc.array(text, { maxLength: 3 })),
    maybe('isolation', fc.constant('gvisor')),
    maybe('workingDir', path),
    maybe('user', word),
    maybe(
      'credentials',
      fc.record({ host: word, username: word, password: word, email: fc.constantFrom('', 'a@b.c') }),
    ),
    maybe('health', health),
    maybe(
      'beforeStop',
      fc.record({
        command: fc.array(text, { minLength: 1, maxLength: 3 }),
        timeoutMs: fc.integer({ min: 1, max: 10 ** 6 }),
      }),
    ),
    maybe('job', job),
    maybe('tee', fc.constantFrom('cpu', 'cpu-gpu')),
    maybe('late', late),
  )
  const resources = joined(
    fc.record({
      cpuMillis: fc.integer({ min: 1, max: 10 ** 6 }),
      memoryBytes: bytes,
      storageBytes: fc.oneof(bytes, fc.constant(0)),
    }),
    maybe('cpuArch', fc.constantFrom('amd64', 'arm64')),
    maybe('gpu', gpu),
  )
  return fc
    .tuple(base, resources, volumes, fc.uniqueArray(path, { maxLength: 4 }), fc.boolean())
    .map(([inner, rest, disks, paths, readOnly]) => {
      const sorted = disks.sort((a, b) => compareText(a.name, b.name))
      const mounts = paths.flatMap((place, index) => {
        const volume = sorted[index % Math.max(1, sorted.length)]?.name
        return volume === undefined ? [] : [{ volume, path: place, readOnly: readOnly && index === 0 }]
      })
      const made = {
        ...inner,
        resources: { ...rest, volumes: sorted },
        mounts: mounts.sort((a, b) => compareText(a.path, b.path)),
      } as Service
      const ports = made.ports.map((each, index) =>
        ips[index] === undefined ? each : { ...each, ip: ips[index] ?? '' },
      )
      return { ...made, ports: ports.sort(comparePorts) }
    })
}

function group(groupName: string): fc.Arbitrary<Group> {
  return fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).chain((names) => {
    const sorted = names.sort(compareText)
    return joined(
      fc.record({
        name: fc.constant(groupName),
        placement: joined(
          fc.record({
            regions: sortedList(word),
            attributes: fc
              .uniqueArray(fc.record({ key: word, value: text }), {
                maxLength: 3,
                selector: (each) => each.key,
              })
              .map((list) => list.sort((a, b) => compareText(a.key, b.key))),
            auditors: fc.record({ anyOf: sortedList(word), allOf: sortedList(word) }),
          }),
          maybe('maxLatencyMs', ms),
        ),
        services: fc
          .tuple(...sorted.map((each) => service(each, [])))
          .map((list) => list.map((each, index) => linked(each, sorted, index))),
        ips: fc.constant([]),
      }),
      maybe('maxRatePerHour', fc.bigInt({ min: 1n, max: 10n ** 15n }).map(String)),
    ) as fc.Arbitrary<Group>
  })
}

/** Later services wait for the first, so that nothing goes round in circles. */
function linked(each: Service, names: readonly string[], index: number): Service {
  const [first] = names
  if (index === 0 || first === undefined) return each
  const condition = (['started', 'healthy', 'completed', 'ended'] as const)[index % 4] ?? 'started'
  return { ...each, dependsOn: [{ service: first, condition }], stopWith: [first] }
}

export const arbitraryWorkload: fc.Arbitrary<Workload> = fc
  .uniqueArray(fc.oneof(fc.constant('main'), word), { minLength: 1, maxLength: 2 })
  .chain((names) =>
    joined(
      fc.record({
        form: fc.constant('sublet/1'),
        name,
        groups: fc.tuple(...names.sort(compareText).map(group)),
        policy: fc.record({
          choose: fc.constantFrom('cheapest', 'fastest', 'balanced', 'person'),
          auction: fc.constantFrom('first', 'second'),
          windowMs: fc.nat(10 ** 6),
        }),
      }),
      maybe('maxDurationSeconds', fc.integer({ min: 1, max: 10 ** 7 })),
      maybe('autoscale', fc.constant({ min: 1, max: 4, env: [1, '2'] })),
      maybe('cluster', fc.constant({ nodes: 2, name: '1.10' })),
      maybe('serviceLevels', fc.constant({ noticeMs: 5 })),
    ),
  ) as fc.Arbitrary<Workload>
