import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { workloadSchema } from '../workload.ts'
import { parseSdlVersion } from './akash-version.ts'
import { formatDecimal, parseDecimal, parseGoDuration, parseGoFloat, resolveGoNumber } from './go-number.ts'

const read = (text: string) => readWorkload(text, { file: 'deploy.yaml' })
const problems = (text: string) => read(text).findings.map(formatFinding)

const file = `version: "2.0"
services:
  web:
    image: nginx
    env: [B=2, A=1, B=3, EMPTY]
    expose:
      - {port: 3000, as: 80, accept: [example.org], to: [{global: true}]}
      - {port: 9000, to: [{global: true, ip: addr}, {service: db}]}
      - {port: 53, proto: udp, to: [{service: db}]}
      - {port: 7000}
    params: {storage: {data: {mount: /data, readOnly: true}}}
  db: {image: postgres, expose: [{port: 5432, to: [{service: web}]}]}
profiles:
  compute:
    web:
      resources:
        cpu: {units: 0.5}
        memory: {size: 512Mi}
        storage: [{size: 1Gi}, {name: data, size: 10Gi, attributes: {persistent: true, class: beta3}}]
        gpu: {units: 2, attributes: {vendor: {nvidia: [{model: h100, ram: 80Gi, interface: sxm}, {model: A100}]}}}
    db: {resources: {cpu: {units: 250m}, memory: {size: 1G}, storage: {size: 1Gi}}}
  placement:
    near: {attributes: {host: akash, region: eu, tier: a}, signedBy: {anyOf: [akash1x, other]}, pricing: {web: {denom: uact, amount: 1000}, db: {denom: uact, amount: 0.5}}}
    far: {pricing: {db: {denom: uact, amount: 2}}}
deployment:
  web: {near: {profile: web, count: 2}}
  db: {near: {profile: db, count: 1}, far: {profile: db, count: 3}}
endpoints: {addr: {kind: ip}}
`

test('each placement becomes a group, with its services, their ports and its highest price', () => {
  const { workload } = read(file)
  expect(workloadSchema.parse(workload)).toEqual(workload)
  expect(
    workload?.groups.map(({ name, services, maxRatePerHour, ips }) => [
      name,
      services.map((each) => each.name),
      maxRatePerHour,
      ips,
    ]),
  ).toEqual([
    ['far', ['db'], '3600', []],
    // (1000 × 2 + 0.5) a block, 600 blocks an hour
    ['near', ['db', 'web'], '1200300', ['addr']],
  ])
  const web = workload?.groups[1]?.services[1]
  expect(workload?.groups[1]?.placement).toEqual({
    regions: ['eu'],
    attributes: [{ key: 'tier', value: 'a' }],
    auditors: { anyOf: ['other'], allOf: [] },
  })
  expect(web).toMatchObject({
    replicas: 2,
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '3' },
      { name: 'EMPTY', value: '' },
    ],
    resources: {
      cpuMillis: 500,
      memoryBytes: 512 * 1024 ** 2,
      storageBytes: 1024 ** 3,
      volumes: [{ name: 'data', sizeBytes: 10 * 1024 ** 3, class: 'nvme', persistent: true }],
      gpu: {
        count: 2,
        anyOf: [
          { vendor: 'nvidia', model: 'a100' },
          { vendor: 'nvidia', model: 'h100', memoryBytes: 80 * 1024 ** 3, interface: 'sxm' },
        ],
      },
    },
    mounts: [{ volume: 'data', path: '/data', readOnly: true }],
    ports: [
      { port: 53, as: 53, protocol: 'udp', public: false, hosts: [], allow: ['db'] },
      { port: 3000, as: 80, protocol: 'http', public: true, hosts: ['example.org'], allow: [] },
      { port: 7000, as: 7000, protocol: 'tcp', public: false, hosts: [], allow: [] },
      { port: 9000, as: 9000, protocol: 'tcp', public: true, hosts: [], allow: ['db'], ip: 'addr' },
    ],
  })
})

test('everything wrong is told at once, with its place and its mend', () => {
  const broken = file
    .replace('size: 512Mi', 'size: 16GB')
    .replace('count: 2', 'count: "2"')
    .replace('profile: db, count: 1', 'profile: dbb, count: 1')
    .replace('proto: udp', 'proto: icmp')
    .replace('endpoints:', 'endpoint:')
  expect(problems(broken).filter((line) => line.includes(' error '))).toEqual([
    'deploy.yaml:8:46 error akash.unknown-endpoint There is no endpoint `addr`. (mend: add `addr: {kind: ip}` under `endpoints`)',
    'deploy.yaml:9:27 error akash.protocol There is no protocol `icmp`. (expected tcp or udp)',
    'deploy.yaml:18:24 error akash.size `16GB` is no size. (expected a number and one of k, Ki, M, Mi, G, Gi, T, Ti, with no space; mend: write 16G)',
    'deploy.yaml:26:37 error akash.type `count` is not a whole number from 0 to 4294967295. (expected a whole number from 0 to 4294967295; mend: write 2 without quotes)',
    'deploy.yaml:27:24 error akash.unknown-compute-profile There is no compute profile `dbb`. (mend: write `db`)',
    'deploy.yaml:28:1 error akash.unknown-key There is no key `endpoint` at the top of an SDL file. (mend: write `endpoints`)',
  ])
})

test("where Akash's own parser panics there is a clear error", () => {
  const codes = (text: string) =>
    read(text)
      .findings.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code)
  expect(codes(file.replace(/db: \{resources: .*\}\}\}/, 'db: {}'))).toContain('akash.no-resources')
  expect(
    codes(file.replace('far: {pricing: {db: {denom: uact', 'far: {pricing: {db: {denom: uakt')),
  ).toContain('akash.mixed-denominations')
  expect(codes(file.replace('{db: {denom: uact, amount: 2}}', '{db: {amount: 2}}'))).toContain('akash.denom')
  expect(codes(file.replace('{db: {denom: uact, amount: 2}}', '{db: }'))).toEqual(['akash.no-price'])
})

test('a name of the language itself is no profile, service or placement', () => {
  const { workload, findings } = read(file.replaceAll('profile: db', 'profile: constructor'))
  expect(workload).toBeUndefined()
  expect(findings.some(({ code }) => code === 'akash.unknown-compute-profile')).toBe(true)
})

test('tells when no secret should stand in clear, what the console would not take, and what counts for nothing here', () => {
  const { findings } = read(
    file
      .replace('B=3', 'DB_PASSWORD=hunter2')
      .replace('A=1', 'TOKEN=ac-secret://t')
      .replace('image: postgres', 'image: postgres, depends_on: [web]'),
  )
  expect(findings.map(({ code }) => code)).toEqual([
    'workload.secret-in-clear',
    'akash.console-refuses',
    'akash.auditor-ignored',
  ])
  expect(findings.map(formatFinding).join()).not.toContain('hunter2')
})

test('versions are read as tolerantly as Akash reads them', () => {
  const versions = [
    '2.0',
    '2',
    'v2.0',
    ' 2.00 ',
    '2.1',
    '2.05',
    '3.0',
    '2.0.0+x',
    '1.0',
    '2.0.1',
    '2.0.0-rc',
    '',
    'two',
    '2.0-x',
  ]
  expect(versions.map(parseSdlVersion)).toEqual([
    ...Array(4).fill('2.0'),
    ...Array(3).fill('2.1'),
    '2.0',
    ...Array(6).fill(undefined),
  ])
})

test('numbers are read as Go reads them', () => {
  expect(['1', '.5', '1.', '1e3', '0x1p-2', '1_000', '+2', 'inf', '-Inf'].map(parseGoFloat)).toEqual([
    1,
    0.5,
    1,
    1000,
    0.25,
    1000,
    2,
    Infinity,
    -Infinity,
  ])
  expect(['', ' 1', '1 ', '.', 'e3', '1__0', '_1', '0x', '1e999', '1GB', '--1'].map(parseGoFloat)).toEqual(
    Array(11).fill(undefined),
  )
  expect(
    ['80', '0x50', '0b11', '0o17', '017', '08', '1_000', '-3', '1e2', '.5'].map(resolveGoNumber),
  ).toEqual([80, 80, 3, 15, 15, 8, 1000, -3, 100, 0.5])
  expect(['x', '', '0x', '1.2.3', '2020-01-01'].map(resolveGoNumber)).toEqual(Array(5).fill(undefined))
  expect(['24h', '1h30m', '1.5s', '500ms', '0', '-1h'].map(parseGoDuration)).toEqual([
    86400000, 5400000, 1500, 500, 0, -3600000,
  ])
  expect(['', '1d', '5', 'h', '1h ', 'abc'].map(parseGoDuration)).toEqual(Array(6).fill(undefined))
  expect(parseDecimal('1000.5')).toBe(1000500000000000000000n)
  expect(formatDecimal(1000500000000000000000n)).toBe('1000.500000000000000000')
  expect(
    ['', '1e3', '1.', '.5', '0.1234567890123456789', 'x'].map((text) => typeof parseDecimal(text)),
  ).toEqual(Array(6).fill('string'))
})

test('shows no secret back, whatever stands where a variable should', () => {
  for (const env of [
    '["PASSWORD hunter2xx"]',
    '["PASSWORD: hunter2xx"]',
    '[{PASSWORD: hunter2xx}]',
    'PASSWORD=hunter2xx',
  ]) {
    const { findings, workload } = read(file.replace('env: [B=2, A=1, B=3, EMPTY]', `env: ${env}`))
    expect(workload).toBeUndefined()
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  }
})

const codesOf = (text: string) => read(text).findings.map(({ code }) => code)

test('a wrong version hides nothing else', () => {
  const wrong = file.replace('count: 2', 'count: x').replace('units: 0.5', 'units: -1')
  const rest = codesOf(wrong)
  expect(rest.length).toBeGreaterThan(1)
  expect(codesOf(wrong.replace('"2.0"', '"1.0"'))).toEqual(['akash.version', ...rest])
})

test('a service whose profile is not found is looked at all the same, and counts as reachable', () => {
  const lost = file
    .replace('image: nginx', 'image: ""')
    .replace('profile: web, count: 2', 'profile: webb, count: 2')
  expect(codesOf(lost)).toEqual(['akash.no-image', 'akash.unknown-compute-profile'])
})

test('one thing wrong is told once', () => {
  expect(
    codesOf(
      file.replace('image: nginx', 'image: [nginx]\n    credentials: {host: h, username: u, password: [p]}'),
    ),
  ).toEqual(['akash.type', 'akash.type'])
})

test('a key that a provider passes over is told with what was meant', () => {
  expect(read(file.replace('image: nginx', 'image: nginx\n    comand: [x]')).findings).toContainEqual(
    expect.objectContaining({ code: 'akash.console-refuses', mend: expect.stringContaining('`command`') }),
  )
})
