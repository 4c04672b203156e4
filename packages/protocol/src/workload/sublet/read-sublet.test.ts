import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { workloadSchema } from '../workload.ts'

const read = (text: string) => readWorkload(text, { file: 'app.yaml', format: 'sublet' })
const lines = (text: string) => read(text).findings.map(formatFinding)

test('an image and a port are enough', () => {
  const { workload, findings } = read('image: ghcr.io/acme/My_App:1\nport: 80\n')
  expect(findings).toEqual([])
  expect(workloadSchema.parse(workload)).toEqual(workload)
  expect(workload).toMatchObject({
    name: 'my-app',
    groups: [
      {
        name: 'main',
        services: [
          {
            name: 'my-app',
            ports: [{ port: 80, as: 80, protocol: 'http', public: true }],
            resources: { cpuMillis: 500, memoryBytes: 536870912, storageBytes: 1073741824 },
            restart: { policy: 'always' },
          },
        ],
      },
    ],
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
  })
})

test('every key of a fuller file reaches the normal form', () => {
  const { workload, findings } = read(`
name: hello
services:
  db:
    image: db
    ports: [{port: 5432, protocol: tcp, public: false, allow: [web]}]
  web:
    image: hello
    cpu: 0.25
    memory: 128Mi
    storage: 256Mi
    gpu: {model: [rtx4090, MI300X], count: 2, memory: 24Gi}
    ports: [8080, 53/udp]
    env: {B: 1.10, A: text, TOKEN: {secret: token-name}}
    args: [1.10, 007, true, plain]
    volumes: {data: {size: 10Gi, class: ssd, persistent: true, mount: /data}}
    health: {http: /healthz, interval: 5s}
    depends-on: {db: healthy}
    files: {/etc/app.conf: {content: x, mode: 0600}}
placement: {region: eu-west, attributes: {tier: 1.0}, auditors: {any: [a]}, max-latency: 50ms}
price: {max: 0.40/h}
policy: {choose: person, auction: second}
duration: 2h
`)
  expect(findings).toEqual([])
  expect(workloadSchema.parse(workload)).toEqual(workload)
  const [group] = workload?.groups ?? []
  expect(workload).toMatchObject({
    maxDurationSeconds: 7200,
    policy: { choose: 'person', auction: 'second', windowMs: 60000 },
  })
  expect(group).toMatchObject({
    maxRatePerHour: '400000',
    placement: { regions: ['eu-west'], maxLatencyMs: 50, attributes: [{ key: 'tier', value: '1.0' }] },
  })
  expect(group?.services[1]).toMatchObject({
    args: ['1.10', '007', 'true', 'plain'],
    env: [
      { name: 'A', value: 'text' },
      { name: 'B', value: '1.10' },
      { name: 'TOKEN', secret: 'token-name' },
    ],
    resources: {
      cpuMillis: 250,
      gpu: {
        count: 2,
        anyOf: [
          { vendor: 'nvidia', model: 'rtx4090' },
          { vendor: 'amd', model: 'mi300x' },
        ],
        minMemoryBytes: 24 * 1024 ** 3,
      },
      volumes: [{ name: 'data', sizeBytes: 10 * 1024 ** 3, class: 'ssd', persistent: true }],
    },
    mounts: [{ volume: 'data', path: '/data', readOnly: false }],
    health: { probe: { kind: 'http', port: 8080, path: '/healthz' }, intervalMs: 5000 },
    dependsOn: [{ service: 'db', condition: 'healthy' }],
    files: [{ path: '/etc/app.conf', mode: 0o600, content: 'x' }],
  })
})

test('a job ends and is not restarted', () => {
  const { workload } = read('image: train\njob: {timeout: 1h, results: {loss: "loss=([0-9.]+)"}}\n')
  expect(workload?.groups[0]?.services[0]).toMatchObject({
    restart: { policy: 'never' },
    job: {
      timeoutMs: 3600000,
      results: [{ name: 'loss', regex: 'loss=([0-9.]+)', streams: ['stdout', 'stderr'] }],
    },
  })
})

test('all problems are told at once, each with its place and its mend', () => {
  const found = lines(`name: Hello
services:
  web:
    memory: 512
    environment: {}
    imge: x
    ports: [80, {prt: 8080}, 99999]
    volumes: {data: {size: 10}}
price: 1 euro
`)
  expect(found).toEqual([
    'app.yaml:1:7 error sublet.value `name` cannot be "Hello". (expected lower-case letters, digits and hyphens, a letter first, at most 63)',
    'app.yaml:3:3 error sublet.missing `image` is missing. (expected an image such as ghcr.io/acme/app:1)',
    'app.yaml:4:13 error sublet.value `memory` cannot be 512. (expected a size with its unit, such as 512Mi or 20G; mend: write 512Mi for mebibytes)',
    'app.yaml:5:5 error sublet.unknown-key There is no key `environment` here. (mend: write `env`)',
    'app.yaml:6:5 error sublet.unknown-key There is no key `imge` here. (mend: write `image`)',
    'app.yaml:7:17 error sublet.missing `port` is missing. (expected a port from 1 to 65535)',
    'app.yaml:7:18 error sublet.unknown-key There is no key `prt` here. (mend: write `port`)',
    'app.yaml:7:30 error sublet.value Entry 3 of `ports` cannot be 99999. (expected a port from 1 to 65535)',
    'app.yaml:8:28 error sublet.value `size` cannot be 10. (expected a size with its unit, such as 512Mi or 20G; mend: write 10Mi for mebibytes)',
    'app.yaml:9:8 error sublet.value `price` cannot be "1 euro". (expected dollars over time, such as 0.40/h)',
  ])
})

test('what only shows between services is told too', () => {
  const found = lines(`services:
  web: {image: x, depends-on: [dbb], ports: [{port: 80, ip: addr}]}
  db: {image: x, depends-on: [job]}
  job: {image: x, depends-on: [db], health: {http: /}}
`)
  expect(found.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'app.yaml:2:31 error sublet.unknown-service',
    'app.yaml:2:45 error sublet.unknown-ip',
    'app.yaml:3:30 error sublet.circle',
    'app.yaml:4:45 error sublet.health-port',
  ])
})

test('a secret in clear earns a warning that names the key and never the value', () => {
  const { workload, findings } = read(
    'image: x\nenv: {API_KEY: hunter2hunter2, MAX_TOKENS: 4096, DB_PASSWORD: ""}\n',
  )
  expect(workload).toBeDefined()
  expect(findings.map(formatFinding)).toEqual([
    'app.yaml:2:7 warning workload.secret-in-clear `API_KEY` looks like a secret written in clear. (mend: write `API_KEY: {secret: api-key}` and give its value when deploying)',
  ])
})

test('regular expressions that could hang a provider are refused', () => {
  for (const regex of ['(a+)+$', '(a|a)*b', '(x{2,9}){3,}', '([', '(a)\\1']) {
    const { findings } = read(`image: x\njob: {results: {r: ${JSON.stringify(regex)}}}\n`)
    expect(findings.map((finding) => finding.code)).toEqual(['workload.regex'])
  }
})

test('keys of the language itself are only names', () => {
  const { findings } = read('image: x\nconstructor: 1\ntoString: 2\n')
  expect(findings.map((finding) => finding.code)).toEqual(['sublet.unknown-key', 'sublet.unknown-key'])
})

test('says what else is wrong where the shape is, each in its own place', () => {
  const text = `name: shop
services:
  web:
    image: [a]
    cpuu: 1
    ports: [80, 80, {port: x}, {port: 99999}]
    health: {http: /}
    depends-on: [db, dbb]
  db: 5
  Bad_Name: {image: x}
price: cheap
`
  const { workload, findings } = readWorkload(text, { file: 'app.yaml' })
  expect(workload).toBeUndefined()
  expect(
    findings.map(({ code, path, line, column }) => `${line}:${column} ${code} ${path.join('.')}`),
  ).toEqual([
    '4:12 sublet.value services.web.image',
    '5:5 sublet.unknown-key services.web.cpuu',
    '6:17 sublet.duplicate-port services.web.ports.1',
    '6:28 sublet.value services.web.ports.2.port',
    '6:39 sublet.value services.web.ports.3.port',
    '8:17 sublet.unknown-service services.web.depends-on',
    '9:7 sublet.value services.db',
    '10:3 sublet.name services.Bad_Name',
    '11:8 sublet.value price',
  ])
})

test.each([
  ['ports: {}\nhealth: {http: /}', 'ports'],
  ['services: {a: {image: x, depends-on: [b]}, b: x}', 'services.b'],
  ['groups: {a: 1, b: {services: 3}}', 'groups.a groups.b.services'],
  ['services: 4', 'services'],
])('a misfit brings no other errors with it: %s', (text, paths) => {
  const image = text.startsWith('ports') ? 'image: x\n' : ''
  const { findings } = readWorkload(`${image}${text}\n`, { file: 'app.yaml' })
  expect(findings.map(({ path }) => path.join('.')).join(' ')).toBe(paths)
})

test('a certificate is for hosts of an HTTP port', () => {
  const port = (more: string) =>
    lines(`image: hello\nports: [{port: 80, certificate: tls${more}}]\n`).join('\n')
  expect(port(', hosts: [app.example.org]')).toBe('')
  expect(port('')).toContain('name its `hosts`')
  expect(port(', hosts: [app.example.org], protocol: tcp')).toContain('HTTP port')
})

test('a WebSocket port is an HTTP port', () => {
  const { workload, findings } = read(
    'image: x\nports: [8080/websocket, 8081/ws, {port: 8082, protocol: websocket}, {port: 8083, protocol: ws}]\n',
  )
  expect(findings).toEqual([])
  expect(workload?.groups[0]?.services[0]?.ports.map(({ port, protocol }) => [port, protocol])).toEqual([
    [8080, 'http'],
    [8081, 'http'],
    [8082, 'http'],
    [8083, 'http'],
  ])
})

test('expects things in words of its own, and names the word that was meant', () => {
  expect(lines('image: x\nport: 80/htp\nrestart: alwys\npolicy: cheapst\ndepends-on: {a: helthy}\n')).toEqual(
    [
      expect.stringMatching(/a port such as 8080/),
      expect.stringMatching(/mend: write always\)$/),
      expect.stringMatching(/mend: write cheapest\)$/),
      expect.stringMatching(/`a` cannot be "helthy".*mend: write healthy\)$/),
    ],
  )
})

test('shows no secret back', () => {
  for (const text of [
    'image: x\nfetch: [{s3: s3://a, to: /x, credentials: {key: 87654321}}]',
    'image: x\nenv: {PASSWORD: *87654321}',
    'image: x\nenv: {PASSWORD: !87654321 x}',
    'image: x\nargs: --token 87654321',
  ]) {
    expect(read(text).workload).toBeUndefined()
    expect(JSON.stringify(read(text).findings)).not.toContain('87654321')
  }
})

test('extensions at the top hold anchors and mean nothing by themselves', () => {
  const text =
    'x-small: &small {cpu: 0.25, memory: 128Mi}\nservices:\n  a: {<<: *small, image: x}\n  b: {<<: *small, image: x}\n'
  const { workload, findings } = read(text)
  expect(findings).toEqual([])
  expect(workload?.groups[0]?.services.map(({ resources }) => resources.cpuMillis)).toEqual([250, 250])
  expect(read('services:\n  a: {image: x, x-b: 1}\n').findings).toMatchObject([
    { code: 'sublet.unknown-key' },
  ])
})
