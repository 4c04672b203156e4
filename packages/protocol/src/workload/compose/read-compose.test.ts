// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose files
import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { writeSubletYaml } from '../sublet/write-sublet.ts'
import { type Service, workloadSchema } from '../workload.ts'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

interface Given {
  env?: Record<string, string>
  files?: Record<string, string>
  secretsByName?: boolean
}

function read(text: string, given: Given = {}) {
  const { workload, findings } = readWorkload(text, { file: 'compose.yaml', format: 'compose', ...given })
  if (workload !== undefined) {
    expect(workloadSchema.parse(workload)).toEqual(workload)
    // Whatever is read converts to Sublet YAML, and means the same there.
    expect(readWorkload(writeSubletYaml(workload), { file: 'sublet.yaml' }).workload).toEqual(workload)
  }
  const services = new Map((workload?.groups[0]?.services ?? []).map((service) => [service.name, service]))
  return { workload, findings, services }
}

/** The service `a` of a file that has to be without errors. */
function service(body: string, given: Given = {}, top = ''): Service {
  const { services, findings } = read(
    `services:\n  a:\n    image: x\n${body.replace(/^/gm, '    ')}\n${top}`,
    given,
  )
  const found = services.get('a')
  if (found === undefined) throw new Error(findings.map(formatFinding).join('\n'))
  return found
}

/** Codes of what is said about a service `a`. */
function codes(body: string, top = '', given: Given = {}) {
  const { findings } = read(`services:\n  a:\n    image: x\n${body.replace(/^/gm, '    ')}\n${top}`, given)
  for (const finding of findings)
    if (finding.severity === 'error') expect(finding.mend ?? finding.expected).toBeDefined()
  return findings.map(({ severity, code }) => `${severity} ${code}`)
}

test('reads a stack of services with everything they name', () => {
  const { workload, findings, services } = read(
    `
name: my_shop
x-common: &common
  restart: unless-stopped
  environment: &env
    LOG: info
services:
  web:
    <<: *common
    image: shop/web:\${TAG:-latest}
    command: npm run "start it"
    ports: ["8080:80", "127.0.0.1:9229:9229"]
    environment:
      <<: *env
      DATABASE: postgres://db/shop
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.50", memory: 256M}, reservations: {memory: 128M}}}
    configs: [{source: site, target: /etc/site.conf, mode: 0440}]
    secrets: [token]
  db:
    <<: *common
    image: postgres:16
    expose: ["5432"]
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: pg_isready, interval: 5s, start_period: 1m30s}
  migrate:
    image: shop/migrate
    restart: on-failure:3
    depends_on: [db]
volumes:
  data: {x-sublet: {size: 20Gi, class: ssd}}
configs:
  site: {content: "host=\${HOST:-none}"}
secrets:
  token: {file: ./token.txt}
`,
    { files: { 'token.txt': 's3cret' } },
  )
  expect(findings.map(formatFinding)).toEqual([expect.stringContaining('warning compose.loopback')])
  expect(workload).toMatchObject({ name: 'my-shop', groups: [{ name: 'main' }] })
  expect(services.get('web')).toMatchObject({
    image: 'shop/web:latest',
    args: ['npm', 'run', 'start it'],
    restart: { policy: 'always' },
    replicas: 2,
    env: [
      { name: 'DATABASE', value: 'postgres://db/shop' },
      { name: 'LOG', value: 'info' },
    ],
    resources: { cpuMillis: 500, memoryBytes: 256 * mebibyte },
    ports: [
      { port: 80, as: 8080, protocol: 'http', public: true },
      { port: 9229, as: 9229, public: false },
    ],
    dependsOn: [
      { service: 'db', condition: 'healthy' },
      { service: 'migrate', condition: 'completed' },
    ],
    files: [
      { path: '/etc/site.conf', mode: 0o440, content: 'host=none' },
      { path: '/run/secrets/token', mode: 0o444, content: 's3cret' },
    ],
  })
  expect(services.get('db')).toMatchObject({
    ports: [{ port: 5432, protocol: 'tcp', public: false }],
    mounts: [{ volume: 'data', path: '/var/lib/postgresql/data', readOnly: false }],
    resources: { volumes: [{ name: 'data', sizeBytes: 20 * gibibyte, class: 'ssd', persistent: true }] },
    health: {
      probe: { kind: 'command', command: ['/bin/sh', '-c', 'pg_isready'] },
      intervalMs: 5_000,
      startPeriodMs: 90_000,
      retries: 3,
    },
  })
  expect(services.get('migrate')).toMatchObject({
    restart: { policy: 'on-failure', maxRetries: 3 },
    job: { results: [] },
  })
  expect(services.get('web')).not.toHaveProperty('job')
})

test('refuses what no rented machine has, each with the way round and all at once', () => {
  const { workload, findings } = read(`
services:
  app:
    build: .
    privileged: true
    network_mode: host
    pid: host
    cap_add: [SYS_ADMIN]
    security_opt: ["seccomp:unconfined"]
    devices: ["/dev/kvm:/dev/kvm"]
    volumes:
      - ./src:/src
      - /var/run/docker.sock:/var/run/docker.sock
      - {type: bind, source: /etc, target: /etc}
      - nowhere:/data
    dpends_on: [db]
    depends_on: [bd]
  db: {image: postgres, volumes_from: [app]}
`)
  expect(workload).toBeUndefined()
  const told = findings.map(({ code, path }) => `${code} ${path.join('.')}`)
  expect(told).toEqual([
    'compose.build services.app.build',
    'compose.privileged services.app.privileged',
    'compose.host-network services.app.network_mode',
    'compose.host-namespace services.app.pid',
    'compose.capabilities services.app.cap_add',
    'compose.security services.app.security_opt',
    'compose.device services.app.devices',
    'compose.host-path services.app.volumes.0',
    'compose.host-path services.app.volumes.1',
    'compose.host-path services.app.volumes.2',
    'compose.unknown-volume services.app.volumes.3',
    'compose.unknown-key services.app.dpends_on',
    'compose.unknown-service services.app.depends_on.0',
    'compose.volumes-from services.db.volumes_from',
  ])
  expect(findings.every(({ mend, expected }) => (mend ?? expected) !== undefined)).toBe(true)
  expect(findings.find(({ code }) => code === 'compose.unknown-key')).toMatchObject({
    mend: 'write `depends_on`, or leave it out',
    line: 16,
    column: 5,
  })
})

test('says what else is wrong where the shape is, each in its own place', () => {
  const { findings } = read(`services:
  web:
    image: [x]
    ports: ["80:80", {targt: 1}, "99999:1", 443]
    environment: [A=1, {B: 2}, "=3"]
    volumes: ["data:/d", "lost:/l"]
    healthcheck: {test: [CMD, x], intervall: 5s}
    depends_on: {db: {condition: service_healthy}, dbb: {condition: service_started}}
  db: 5
volumes: {data: 7}
configs: {c: {flie: x}}
`)
  expect(
    findings.map(({ code, path, line, column }) => `${line}:${column} ${code} ${path.join('.')}`),
  ).toEqual([
    '3:12 compose.value services.web.image',
    '4:22 compose.missing services.web.ports.1.target',
    '4:23 compose.unknown-key services.web.ports.1.targt',
    '4:34 compose.port services.web.ports.2',
    '5:24 compose.value services.web.environment.1',
    '5:32 compose.env-name services.web.environment.2',
    '6:26 compose.unknown-volume services.web.volumes.1',
    '7:35 compose.unknown-key services.web.healthcheck.intervall',
    '8:57 compose.unknown-service services.web.depends_on.dbb',
    '9:7 compose.value services.db',
    '10:17 compose.value volumes.data',
    '11:15 compose.unknown-key configs.c.flie',
  ])
})

test('the way round a misspelled key that is refused anyway', () => {
  const { findings } = read('services: {a: {image: x, priviledged: true, enviroment: [A=1]}}')
  expect(findings.map(({ mend }) => mend)).toEqual([
    'leave it out: `privileged` is refused. No container is privileged on a rented machine. Instead: leave it out; GPUs need no privilege, ask for them with `gpus`',
    'write `environment`, or leave it out',
  ])
})

test('the ways round a mounted file and a mounted folder, in words that work', () => {
  const mounted =
    'services: {a: {image: x, volumes: ["./proxy/nginx.conf:/etc/nginx/nginx.conf:ro", /mnt/app/data:/data]}}'
  const [file, folder] = read(mounted).findings.map(({ mend = '' }) =>
    [...mend.matchAll(/`([^`]+)`/g)].map(([, written]) => written),
  )
  const files = { './proxy/nginx.conf': 'events {}' }
  const mended = service(
    `${file?.[0]}\nvolumes: ["${folder?.[0]}"]`,
    { files },
    `${file?.[1]}\n${folder?.[1]}`,
  )
  expect(mended.files).toMatchObject([{ path: '/etc/nginx/nginx.conf' }])
  expect(mended.mounts).toEqual([{ volume: 'data', path: '/data', readOnly: false }])
})

test('refuses paths of the tenant’s machine wherever they hide', () => {
  const { findings } = read(`
services:
  a:
    image: x
    volumes:
      - ./src:/src
      - ~/data:/data:ro
      - C:\\data:/c
      - /var/run/docker.sock:/var/run/docker.sock
      - {type: bind, source: /etc, target: /etc}
      - {type: npipe, source: p, target: /p}
      - nowhere:/data2
      - data:relative
volumes:
  data:
  nfs: {driver: local, driver_opts: {type: nfs, device: ":/x"}}
  old: {external: true}
`)
  expect(findings.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
    'compose.host-path services.a.volumes.0',
    'compose.host-path services.a.volumes.1',
    'compose.host-path services.a.volumes.2',
    'compose.host-path services.a.volumes.3',
    'compose.host-path services.a.volumes.4',
    'compose.mount-type services.a.volumes.5',
    'compose.unknown-volume services.a.volumes.6',
    'compose.mount-path services.a.volumes.7',
    'compose.host-path volumes.nfs.driver_opts.device',
    'compose.external volumes.old.external',
  ])
})

test.each([
  ['"80"', [[80, 80, 'http']]],
  ['3000', [[3000, 3000, 'http']]],
  ['"8080:80"', [[80, 8080, 'http']]],
  ['"0.0.0.0:8080:80/tcp"', [[80, 8080, 'http']]],
  ['"[::]:8080:80"', [[80, 8080, 'http']]],
  ['"53:53/udp"', [[53, 53, 'udp']]],
  ['"5432:5432"', [[5432, 5432, 'tcp']]],
  ['"2222:22"', [[22, 2222, 'tcp']]],
  [
    '"9000-9001:80-81"',
    [
      [80, 9000, 'http'],
      [81, 9001, 'http'],
    ],
  ],
  [
    '"7000-7001"',
    [
      [7000, 7000, 'http'],
      [7001, 7001, 'http'],
    ],
  ],
  ['"3000-3005:80"', [[80, 3000, 'http']]],
  ['{target: 5432, app_protocol: http}', [[5432, 5432, 'http']]],
  ['{target: 80, published: "8080", app_protocol: tcp}', [[80, 8080, 'tcp']]],
  ['{target: 443, published: 443, protocol: udp}', [[443, 443, 'udp']]],
])('publishes %s', (port, expected) => {
  expect(service(`ports: [${port}]`).ports.map((each) => [each.port, each.as, each.protocol])).toEqual(
    expected,
  )
})

test.each([
  '"0"',
  '"70000"',
  '"a:80"',
  '"80:"',
  '"1:2:3:4"',
  '"9000-9001:80-82"',
  '"80/sctp"',
  '{target: 0}',
  '{target: 80, published: x}',
  '"90-80"',
])('refuses the port %s', (port) => {
  expect(codes(`ports: [${port}]`)).toEqual(['error compose.port'])
})

test('takes exposed ports for the services beside', () => {
  const { ports } = service('ports: ["80:80"]\nexpose: [80, "9090", "53/udp"]')
  expect(ports.map(({ port, protocol, public: isPublic }) => [port, protocol, isPublic])).toEqual([
    [53, 'udp', false],
    [80, 'http', true],
    [9090, 'tcp', false],
  ])
})

test('asks for GPUs in every way that Compose has', () => {
  const device = (rest: string) =>
    `deploy: {resources: {reservations: {devices: [{capabilities: [gpu]${rest}}]}}}`
  expect(service(device(', driver: nvidia, count: 2')).resources.gpu).toEqual({
    count: 2,
    anyOf: [{ vendor: 'nvidia' }],
  })
  expect(service(device(', device_ids: ["0", "3"]')).resources.gpu?.count).toBe(2)
  expect(service(device(', count: all')).resources.gpu?.count).toBe(1)
  expect(codes(device(', count: all'))).toEqual(['warning compose.all-gpus'])
  expect(service('gpus: all').resources.gpu).toEqual({ count: 1, anyOf: [{ vendor: 'nvidia' }] })
  expect(service('gpus: [{driver: amd, count: 1}]').resources.gpu).toEqual({
    count: 1,
    anyOf: [{ vendor: 'amd' }],
  })
  expect(service('runtime: nvidia').resources.gpu?.count).toBe(1)
  expect(
    service('gpus: 2\nx-sublet: {gpu: {model: [RTX 4090, mi300x], memory: 20Gi}}').resources.gpu,
  ).toEqual({
    count: 2,
    anyOf: [
      { vendor: 'nvidia', model: 'rtx4090' },
      { vendor: 'amd', model: 'mi300x' },
    ],
    minMemoryBytes: 20 * gibibyte,
  })
  expect(codes(device(', count: 65'))).toEqual(['error compose.gpu-count'])
  expect(codes('deploy: {resources: {reservations: {devices: [{capabilities: [tpu]}]}}}')).toEqual([
    'error compose.device',
  ])
})

test('rents the larger of limit and reservation', () => {
  const { resources } = service(
    'cpus: 0.25\nmem_limit: 1g\ndeploy: {resources: {limits: {cpus: "1.5"}, reservations: {cpus: "2", memory: 512m}}}\nplatform: linux/arm64',
  )
  expect(resources).toMatchObject({ cpuMillis: 2000, memoryBytes: gibibyte, cpuArch: 'arm64' })
})

test('keeps volumes in memory where the file wants memory', () => {
  const found = service(
    'tmpfs: ["/run", "/tmp:size=1g,mode=1777"]\nshm_size: 2gb\nvolumes: [{type: tmpfs, target: /cache, tmpfs: {size: 10m}}]',
  )
  expect(
    found.resources.volumes.map(({ name, sizeBytes, class: kind }) => [name, sizeBytes / mebibyte, kind]),
  ).toEqual([
    ['ram-cache', 10, 'ram'],
    ['ram-dev-shm', 2048, 'ram'],
    ['ram-run', 64, 'ram'],
    ['ram-tmp', 1024, 'ram'],
  ])
  expect(found.mounts.map(({ path }) => path)).toEqual(['/cache', '/dev/shm', '/run', '/tmp'])
})

test('shares a volume that several services mount, and gives anonymous ones to their service', () => {
  const { services } = read(`
services:
  a: {image: x, volumes: ["data:/a", "/own"]}
  b: {image: x, volumes: [{type: volume, source: data, target: /b, read_only: true}]}
volumes: {data: }
`)
  expect(services.get('a')?.resources.volumes).toMatchObject([
    { name: 'data', shared: true, persistent: true },
    { name: 'data-own', persistent: false },
  ])
  expect(services.get('a')?.resources.volumes[1]).not.toHaveProperty('shared')
  expect(services.get('b')?.mounts).toEqual([{ volume: 'data', path: '/b', readOnly: true }])
})

test('layers the environment: files in order, then the service’s own, then the deployer’s for bare names', () => {
  const files = {
    'one.env': 'A=1\nB=1 # note\nC="x\\ny ${OUT}"\n',
    'two.env': '# comment\nexport B=2\nD=\'$OUT\'\nE\nF=${B}/$A$$\nG="two\nlines"\n',
    'raw.env': 'H="$OUT"',
  }
  const body = `
env_file: [./one.env, {path: two.env}, {path: gone.env, required: false}, {path: raw.env, format: raw}]
environment:
  - A=own
  - OUT
  - NOT_SET`
  const found = service(body, { files, env: { OUT: 'out', E: 'e' } })
  expect(
    Object.fromEntries(found.env.map((entry) => [entry.name, 'value' in entry ? entry.value : undefined])),
  ).toEqual({
    A: 'own',
    B: '2',
    C: 'x\ny out',
    D: '$OUT',
    E: 'e',
    F: '2/$',
    G: 'two\nlines',
    H: '"$OUT"',
    OUT: 'out',
  })
  expect(codes(body, '', { files, env: { OUT: 'out', E: 'e' } })).toEqual(['warning compose.unset-variable'])
  expect(codes('env_file: gone.env')).toEqual(['error compose.file-missing'])
  expect(codes('env_file: bad.env', '', { files: { 'bad.env': '?' } })).toEqual(['error compose.env-file'])
})

test('refuses files of variables that would blow up a file', () => {
  const doubling = Array.from({ length: 10 }, (_, index) => `L${index + 1}=$L${index}$L${index}`)
  const bomb = [`L0=${'x'.repeat(900)}`, ...doubling].join('\n')
  expect(codes('env_file: bomb', '', { files: { bomb } })).toEqual(['error compose.env-file'])
  expect(codes('user: "1"', '', { files: { '.env': bomb } })).toEqual(['error compose.env-file'])
})

test('reads variables from a .env beside the file, under the deployer’s own', () => {
  const files = { '.env': 'TAG=1\nNAME=file' }
  expect(service('hostname: ${NAME}-${TAG}', { files, env: { NAME: 'mine' } }).aliases).toEqual(['mine-1'])
})

test('says which variables are missing', () => {
  expect(codes('user: ${WHO}')).toEqual(['warning compose.unset-variable'])
  const { findings } = read('services: {a: {image: "${IMAGE:?say which}"}}')
  expect(findings).toMatchObject([
    {
      code: 'compose.required-variable',
      message: 'The variable `IMAGE` must be set: say which.',
      mend: 'set IMAGE',
    },
  ])
  expect(codes('user: ${')).toEqual(['error compose.interpolation'])
})

test('takes numbers and flags that variables filled in', () => {
  const found = service(
    'deploy: {replicas: "${N:-3}"}\nread_only: "${RO:-true}"\nstop_grace_period: ${GRACE:-1m}\nscale: 5',
  )
  expect(found).toMatchObject({ replicas: 3, readOnlyRoot: true, stopGraceMs: 60_000 })
})

test('warns of a secret in clear unless a variable brought it', () => {
  expect(codes('environment: {API_KEY: abcdefghijkl}')).toEqual(['warning workload.secret-in-clear'])
  expect(codes('environment: {API_KEY: "${API_KEY}"}', '', { env: { API_KEY: 'abcdefghijkl' } })).toEqual([])
  expect(codes('environment: ["API_KEY"]', '', { env: { API_KEY: 'abcdefghijkl' } })).toEqual([])
})

test('refers to secrets from outside by name where the workload is to be shown or written down', () => {
  const given = {
    env: { API_TOKEN: 'hunter2', DB_PASSWORD: 'hunter2', MODE: 'fast', APP_KEY: '1234' },
    files: { 'app.env': 'PASSWORD=hunter2\nPLAIN=x\nURL=postgres://u:hunter2@h/d', token: 'hunter2' },
  }
  const text = `
services:
  a:
    image: x
    env_file: app.env
    environment:
      OTHER: "\${API_TOKEN}"
      DATABASE: "postgres://u:\${DB_PASSWORD}@h/d"
      MODE: "\${MODE}"
      APP_KEY:
    command: serve --token \${API_TOKEN}
    configs: [c, plain]
    secrets: [s, t, u]
configs: {c: {content: "pw=\${DB_PASSWORD}"}, plain: {content: "mode=\${MODE}"}}
secrets: {s: {environment: API_TOKEN}, t: {file: ./token}, u: {content: "\${DB_PASSWORD}"}}
`
  const { workload, findings } = readWorkload(text, { file: 'compose.yaml', secretsByName: true, ...given })
  expect(findings).toMatchObject([{ code: 'compose.secret-kept-out', path: ['services', 'a', 'command'] }])
  expect(JSON.stringify({ workload, findings })).not.toContain('hunter2')
  const [found] = workload?.groups[0]?.services ?? []
  expect(found?.env).toEqual([
    { name: 'APP_KEY', secret: 'APP_KEY' },
    { name: 'DATABASE', secret: 'DATABASE' },
    { name: 'MODE', value: 'fast' },
    { name: 'OTHER', secret: 'API_TOKEN' },
    { name: 'PASSWORD', secret: 'PASSWORD' },
    { name: 'PLAIN', value: 'x' },
    { name: 'URL', secret: 'URL' },
  ])
  expect(found?.args).toEqual(['serve', '--token', '${API_TOKEN}'])
  expect(found?.files).toMatchObject([
    { path: '/c', secret: 'c' },
    { path: '/plain', content: 'mode=fast' },
    { path: '/run/secrets/s', secret: 'API_TOKEN' },
    { path: '/run/secrets/t', secret: 't' },
    { path: '/run/secrets/u', secret: 'u' },
  ])
  // What is to run has the values.
  const { workload: run } = readWorkload(text, { file: 'compose.yaml', ...given })
  expect(JSON.stringify(run)).not.toContain('"secret"')
})

test('leaves secrets without a value to be given when deploying', () => {
  const top =
    'secrets: {one: {external: true}, two: {environment: TWO}, three: {file: ./three}, four: {environment: FOUR}}'
  const { files } = service(
    'secrets: [one, two, three, {source: four, target: /four, mode: 0400}]',
    { env: { FOUR: '4' } },
    top,
  )
  expect(files).toEqual([
    { path: '/four', mode: 0o400, content: '4' },
    { path: '/run/secrets/one', mode: 0o444, secret: 'one' },
    { path: '/run/secrets/three', mode: 0o444, secret: 'three' },
    { path: '/run/secrets/two', mode: 0o444, secret: 'TWO' },
  ])
})

test.each([
  ['configs: [c]', 'configs: {c: {external: true}}', 'compose.external'],
  ['configs: [c]', 'configs: {c: {file: ./c}}', 'compose.file-missing'],
  ['configs: [c]', 'configs: {c: {environment: C}}', 'compose.required-variable'],
  ['configs: [c]', '', 'compose.unknown-file'],
  ['secrets: [c]', '', 'compose.unknown-file'],
  ['configs: [{source: c, mode: 999}]', 'configs: {c: {content: x}}', 'compose.file-mode'],
  ['restart: sometimes', '', 'compose.value'],
  ['command: "open \\""', '', 'compose.command'],
  ['healthcheck: {test: [pg_isready]}', '', 'compose.healthcheck'],
  ['healthcheck: {test: x, interval: 5}', '', 'compose.value'],
  ['depends_on: [b]', '', 'compose.unknown-service'],
  ['depends_on: [a]', '', 'compose.circle'],
  ['extends: {file: other.yaml, service: b}', '', 'compose.extends'],
  ['extends: b', '', 'compose.unknown-service'],
  ['mem_limit: lots', '', 'compose.value'],
  ['deploy: {replicas: 2000}', '', 'compose.value'],
  ['platform: windows/amd64', '', 'compose.platform'],
  ['volumes: [v:/x, w:/x]', 'volumes: {v: , w: }', 'compose.mount-twice'],
  ['ports: ["80:80", "80:80"]', '', 'compose.port-twice'],
  ['foo: 1', '', 'compose.unknown-key'],
  ['pull_policy: build', '', 'compose.build'],
  ['post_start: [{command: x}]', '', 'compose.unsupported'],
  ['', 'include: [other.yaml]', 'compose.include'],
  ['', 'models: {m: {model: x}}', 'compose.unsupported'],
])('refuses %s %s', (body, top, code) => {
  expect(codes(body, top)).toContain(`error ${code}`)
})

test.each([
  ['healthcheck: {disable: true}'],
  ['healthcheck: {test: ["NONE"]}'],
  ['cap_add: [NET_BIND_SERVICE, CAP_CHOWN]'],
  ['cap_drop: [ALL]'],
  ['security_opt: ["no-new-privileges:true"]'],
  ['privileged: false'],
  ['network_mode: bridge'],
  ['ipc: private'],
  ['x-anything: {a: 1}'],
  ['logging: {driver: json-file}'],
  ['labels: {x-y: z}'],
  ['tty: true\nstdin_open: true\ninit: true'],
  ['develop: {watch: []}'],
  ['command:'],
])('says nothing of %s', (body) => {
  expect(codes(body)).toEqual([])
})

test.each([
  ['dns: 8.8.8.8'],
  ['sysctls: {a: 1}'],
  ['ulimits: {nofile: 1}'],
  ['extra_hosts: ["a:1.1.1.1"]'],
  ['stop_signal: SIGINT'],
])('warns that %s has no effect', (body) => {
  expect(codes(body)).toEqual(['warning compose.ignored'])
})

test('says once what an alias repeats', () => {
  const { findings } = read(`
x-deploy: &deploy
  restart_policy: {condition: sometimes}
services:
  a: {image: x, deploy: *deploy}
  b: {image: x, deploy: *deploy}
`)
  expect(findings.map(({ code, line }) => `${line} ${code}`)).toEqual(['3 compose.value'])
})

test.each([
  ['none', 'never'],
  ['no', 'never'],
  ['on-failure', 'on-failure'],
  ['any', 'always'],
  ['always', 'always'],
  ['unless-stopped', 'always'],
])('a restart policy of %s is %s', (condition, policy) => {
  const { services } = read(`services: {a: {image: x, deploy: {restart_policy: {condition: ${condition}}}}}`)
  expect(services.get('a')?.restart).toEqual({ policy })
})

test('what stands in other files is not missing as well', () => {
  const codesOf = (text: string) => read(text).findings.map(({ code }) => code)
  expect(codesOf('include: [other.yaml]')).toEqual(['compose.include'])
  expect(codesOf('services: {a: {extends: {file: base.yaml, service: a}}}')).toEqual(['compose.extends'])
})

test('a variable that stands for the folder is no secret', () => {
  const { findings } = read('services: {a: {image: x, volumes: ["$PWD/data:/data"]}}', {
    env: { PWD: '/home/me' },
    secretsByName: true,
  })
  expect(findings).toMatchObject([
    { code: 'compose.host-path', message: expect.stringContaining('/home/me/data') },
  ])
})

test('runs the services whose profiles are on', () => {
  const text =
    'services: {a: {image: x}, b: {image: x, profiles: [debug], build: .}, c: {image: x, profiles: [prod], depends_on: [a]}}'
  const names = (profiles: string) => [...read(text, { env: { COMPOSE_PROFILES: profiles } }).services.keys()]
  expect(names('')).toEqual(['a'])
  expect(names('prod,other')).toEqual(['a', 'c'])
  expect(read(text, { env: { COMPOSE_PROFILES: '*' } }).findings.map(({ code }) => code)).toEqual([
    'compose.build',
  ])
  expect(read('services: {a: {image: x, profiles: [p]}}').findings).toMatchObject([
    { code: 'compose.nothing-to-run' },
  ])
  const several = read('services: {a: {image: x, profiles: [p]}, b: {image: x, profiles: [q]}}')
  expect(several.findings).toMatchObject([
    { mend: expect.stringContaining('COMPOSE_PROFILES=p'), expected: 'one of the profiles p, q' },
  ])
  const off = read('services: {a: {image: x, depends_on: [b]}, b: {image: x, profiles: [p]}}')
  expect(off.findings).toMatchObject([
    { code: 'compose.unknown-service', mend: expect.stringContaining('COMPOSE_PROFILES') },
  ])
  const optional = read(
    'services: {a: {image: x, depends_on: {b: {condition: service_started, required: false}}}, b: {image: x, profiles: [p]}}',
  )
  expect(optional.findings).toEqual([])
})

test('merges mappings that are written as lists, and counts a port, mount or file of both once', () => {
  const { services, findings } = read(
    `
services:
  base:
    image: x
    environment: {A: 1, C: 1, D: }
    ports: ["80:80", "127.0.0.1:53:53/udp", "\${P:-8080}:8080"]
    volumes: ["v:/data", "v:/other"]
    tmpfs: /a
    expose: ["1"]
    env_file: one
    secrets: [s]
    configs: [c]
    networks: [n]
  ext:
    extends: base
    environment: [C=3, E=4]
    ports: [{target: 80, published: 80}, "127.0.0.1:53:53/udp", "\${P:-8080}:8080", "81"]
    volumes: [{type: volume, source: w, target: /data}]
    tmpfs: [/a, /b]
    expose: [1, "2"]
    env_file: [one, two]
    secrets: [{source: s}]
    configs: [{source: c, target: c}]
    networks: {n: {aliases: [other]}}
volumes: {v: , w: }
networks: {n: }
secrets: {s: {content: "\${S:-x}"}}
configs: {c: {content: x}}
`,
    { files: { one: 'C=0\nF=1', two: 'F=2' } },
  )
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  const ext = services.get('ext')
  expect(ext?.env.map((entry) => Object.values(entry).join('='))).toEqual(['A=1', 'C=3', 'E=4', 'F=2'])
  expect(ext?.ports.map(({ port, as }) => [port, as])).toEqual([
    [1, 1],
    [2, 2],
    [53, 53],
    [80, 80],
    [81, 81],
    [8080, 8080],
  ])
  expect(ext?.mounts.map(({ volume, path }) => [volume, path])).toEqual([
    ['ram-a', '/a'],
    ['ram-b', '/b'],
    ['w', '/data'],
    ['v', '/other'],
  ])
  expect(ext?.aliases).toEqual(['other'])
})

test('extends a service of the same file', () => {
  const { services, findings } = read(
    `
services:
  base:
    image: x
    command: [one]
    environment: {A: "1", TOKEN: "\${T}"}
    ports: ["80:80"]
    profiles: [never]
  mid: {extends: base, profiles: [never], environment: {B: "2"}}
  a:
    extends: {service: mid}
    command: [two]
    environment: {A: "3"}
    ports: ["81:81"]
    profiles: !!seq []
`,
    { env: { T: 'abcdefghijkl', COMPOSE_PROFILES: '*' } },
  )
  expect(findings).toEqual([])
  expect(services.get('a')).toMatchObject({
    args: ['two'],
    env: [
      { name: 'A', value: '3' },
      { name: 'B', value: '2' },
      { name: 'TOKEN', value: 'abcdefghijkl' },
    ],
    ports: [{ port: 80 }, { port: 81 }],
  })
  expect(read('services: {a: {image: x, extends: b}, b: {image: x, extends: a}}').findings).toMatchObject([
    { code: 'compose.circle' },
  ])
})

test('lets services find each other by every name that the file gives them', () => {
  const { services } = read(`
services:
  my_db: {image: x, container_name: DB-1, hostname: store, networks: {back: {aliases: [sql]}, other: }}
  web: {image: x, links: ["my_db:database"]}
networks: {back: , other: {internal: true}}
`)
  expect(services.get('my-db')?.aliases).toEqual(['DB-1', 'database', 'my_db', 'sql', 'store'])
  expect(services.get('web')?.dependsOn).toEqual([{ service: 'my-db', condition: 'started' }])
})

test('takes price, place, policy and duration from the file’s x-sublet', () => {
  const { workload } = read(
    'services: {a: {image: x}}\nx-sublet: {price: 0.40/h, region: [eu-west], policy: fastest, duration: 2h}',
  )
  expect(workload).toMatchObject({
    policy: { choose: 'fastest' },
    maxDurationSeconds: 7200,
    groups: [{ maxRatePerHour: '400000', placement: { regions: ['eu-west'] } }],
  })
})

test('makes a job of what runs to its end', () => {
  expect(service('deploy: {mode: replicated-job}').job).toEqual({ results: [] })
  expect(service('').job).toBeUndefined()
})

test('refuses a file without services', () => {
  expect(read('version: "3"').findings).toMatchObject([{ code: 'compose.missing', path: ['services'] }])
  expect(read('').findings).toMatchObject([{ severity: 'error' }])
  expect(read('services: {}').findings).toMatchObject([{ code: 'compose.nothing-to-run' }])
  expect(read('services: {a: }').findings).toMatchObject([
    { code: 'compose.missing', path: ['services', 'a'] },
  ])
})

test('says what an environment entry should be without saying its value', () => {
  for (const entry of ['"PASSWORD: hunter2xx"', '"PASSWORD hunter2xx"', '{PASSWORD: hunter2xx}']) {
    const { findings } = read(`services: {a: {image: x, environment: [${entry}]}}`)
    expect(findings).toMatchObject([{ severity: 'error', mend: 'write `PASSWORD=` and the value' }])
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  }
})

test('names the word that was meant where one of a few has to stand', () => {
  const mendOf = (body: string, top = '') =>
    read(`services:\n  a:\n    image: x\n${body.replace(/^/gm, '    ')}\n${top}`).findings.map(
      ({ mend }) => mend,
    )
  expect(mendOf('restart: alwys')).toEqual(['write always'])
  expect(mendOf('depends_on: {b: {condition: service_healty}}', '  b: {image: y}')).toEqual([
    'write service_healthy',
  ])
  expect(mendOf('ports: [{target: 80, protocol: tpc}]')).toEqual(['write tcp'])
  expect(mendOf('healthcheck: {test: x, interval: 90}')).toEqual(['write 90s for seconds'])
  expect(mendOf('', 'x-sublet: {policy: cheap}')).toEqual(['write cheapest'])
  expect(mendOf('', 'x-sublet: {policy: soon}')).toEqual([undefined])
  expect(mendOf('', 'x-sublet: {policy: cheapst}')).toEqual(['write cheapest'])
})

test('warns that a file cannot be given to another user', () => {
  expect(codes('secrets: [{source: s, uid: "1000", gid: 1000}]', 'secrets: {s: {content: x}}')).toContain(
    'warning compose.ignored',
  )
  expect(codes('configs: [{source: s, uid: 0}]', 'configs: {s: {content: x}}')).toEqual([])
})

test('tells every circle', () => {
  const { findings } = read(
    'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n  c: {image: x, depends_on: [d]}\n  d: {image: x, depends_on: [c]}\n  e: {image: x, depends_on: [e]}\n',
  )
  expect(findings.map(({ code, line }) => [code, line])).toEqual([
    ['compose.circle', 2],
    ['compose.circle', 4],
    ['compose.circle', 6],
  ])
})

test('says nothing more of a text whose variables cannot be filled in', () => {
  const { findings } = read('services: {a: {image: "${X", ports: ["${Y"], cpus: "${Z"}}')
  expect(findings.map(({ code }) => code)).toEqual([
    'compose.interpolation',
    'compose.interpolation',
    'compose.interpolation',
  ])
})

test('warns where networks would keep services apart', () => {
  const told = (text: string) => read(text).findings.map(({ code, path }) => `${code} ${path.join('.')}`)
  const services =
    'services: {a: {image: x, networks: [front]}, b: {image: x, networks: {front: , back: }}, c: {image: x, networks: [back]}}'
  expect(told(`${services}\nnetworks: {front: , back: {internal: true}}`)).toEqual([
    'compose.network-joined services.c.networks',
    'compose.network-joined networks.back.internal',
  ])
  expect(
    told('services: {a: {image: x, networks: [n]}, b: {image: x, networks: [n, m]}}\nnetworks: {n: , m: }'),
  ).toEqual([])
})
