import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readWorkload } from '../read-workload.ts'
import type { Service } from '../workload.ts'

const gibibyte = 1024 ** 3

function read(definition: unknown) {
  const { workload, findings } = readWorkload(JSON.stringify(definition, undefined, 2), { file: 'job.json' })
  return { workload, findings, services: workload?.groups[0]?.services ?? [] }
}

function job(ops: unknown[], more = {}) {
  return { version: '0.1', type: 'container', ops, ...more }
}

function op(id: string, args: object = {}, more: object = {}) {
  return { type: 'container/run', id, args: { image: 'ubuntu', ...args }, ...more }
}

function codes(definition: unknown) {
  return read(definition).findings.map(({ severity, code }) => `${severity} ${code}`)
}

function only(definition: unknown): Service {
  const { services, findings } = read(definition)
  const [service] = services
  if (service === undefined || services.length !== 1) throw new Error(JSON.stringify(findings))
  return service
}

test('reads a served model with its GPU, its memory, its health check and its weights', () => {
  const service = only(
    job(
      [
        op('Gemma3-4b', {
          gpu: true,
          expose: [
            {
              port: 11434,
              health_checks: [
                { type: 'http', path: '/api/tags', method: 'GET', expected_status: 200, continuous: false },
              ],
            },
          ],
          resources: [{ type: 'Ollama', model: '%%global.variables.MODEL%%' }],
        }),
      ],
      {
        global: { variables: { MODEL: 'gemma3:4b' } },
        meta: { trigger: 'dashboard', system_requirements: { vram_total_mb: 6144 } },
      },
    ),
  )
  expect(service).toMatchObject({
    name: 'gemma3-4b',
    ports: [{ port: 11434, protocol: 'http', public: true }],
    health: { startOnly: true, probe: { kind: 'http', port: 11434, path: '/api/tags', expectStatus: 200 } },
    fetches: [{ kind: 'ollama', source: 'gemma3:4b', target: '/root/.ollama/models', readOnly: true }],
    restart: { policy: 'never' },
  })
  expect(service.resources.gpu).toEqual({
    count: 1,
    anyOf: [{ vendor: 'nvidia' }],
    minMemoryBytes: 6 * gibibyte,
  })
  expect(service.late).toBeUndefined()
  expect(service.job).toBeUndefined()
})

test('takes environment, entrypoint, folder and GPU from the job where the operation has none', () => {
  const global = { env: { A: '1', B: '1' }, entrypoint: 'bash', work_dir: '/srv', gpu: true }
  const service = only(job([op('a', { cmd: 'echo $A', env: { B: '2' } })], { global }))
  expect(service).toMatchObject({
    command: ['bash'],
    args: ['/bin/sh', '-c', 'echo $A'],
    workingDir: '/srv',
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    resources: { gpu: { count: 1 } },
  })
})

test('runs groups one after the other and the operations of a group together', () => {
  const { services } = read(
    job([
      op('one', {}, { execution: { group: 'g' } }),
      op('two', {}, { execution: { group: 'g' } }),
      op('three'),
      { type: 'container/create-volume', id: 'disk', args: { name: 'disk' } },
      op('four', {}, { execution: { group: 'h' } }),
    ]),
  )
  const order = Object.fromEntries(services.map(({ name, dependsOn }) => [name, dependsOn]))
  expect(order).toEqual({
    one: [],
    two: [],
    three: [
      { service: 'one', condition: 'ended' },
      { service: 'two', condition: 'ended' },
    ],
    four: [{ service: 'three', condition: 'ended' }],
  })
})

test('starts a dependent when what it needs is healthy, or has started where nothing says healthy', () => {
  const check = { type: 'websocket', expected_response: 'ok', continuous: true }
  const { services } = read(
    job([
      op('server', { expose: [{ port: 80, health_checks: [check] }] }, { execution: { group: 'g' } }),
      op('cache', {}, { execution: { group: 'g' } }),
      op(
        'client',
        {},
        { execution: { group: 'g', depends_on: ['server', 'cache'], stop_if_dependent_stops: true } },
      ),
    ]),
  )
  const client = services.find(({ name }) => name === 'client')
  expect(client?.dependsOn).toEqual([
    { service: 'cache', condition: 'started' },
    { service: 'server', condition: 'healthy' },
  ])
  expect(client?.stopWith).toEqual(['cache', 'server'])
  const server = services.find(({ name }) => name === 'server')
  expect(server?.health).toMatchObject({ probe: { kind: 'websocket', port: 80, expect: 'ok' } })
  expect(server?.health?.startOnly).toBeUndefined()
})

test('leads with the check that goes on and keeps the others', () => {
  const http = (path: string, continuous: boolean) => ({
    type: 'http',
    path,
    method: 'POST',
    body: { a: 1 },
    expected_status: 200,
    continuous,
  })
  const expose = [
    { port: 80, health_checks: [http('/load', false)] },
    { port: 81, health_checks: [http('/live', true)] },
  ]
  const { health } = only(job([op('a', { expose })]))
  expect(health).toMatchObject({
    probe: { port: 81, path: '/live' },
    also: [{ startOnly: true, probe: { port: 80, path: '/load', body: '{"a":1}' } }],
  })
})

test('finds other operations by name at once and leaves results to the start', () => {
  const { services } = read(
    job([
      op('Seed', { cmd: 'echo id: 7' }, { results: { id: '(?<=id: ).*', '*': '*' } }),
      op('serve', {
        cmd: ['--peer', 'http://%%ops.Seed.host%%:80', '--id=%%ops.Seed.results.id%%'],
        env: { JOB: '%%global.job%%' },
      }),
    ]),
  )
  const serve = services.find(({ name }) => name === 'serve')
  expect(serve?.args).toEqual(['--peer', 'http://seed:80', '--id=%%ops.Seed.results.id%%'])
  expect(serve?.late?.services).toEqual({ Seed: 'seed' })
  expect(serve?.dependsOn).toEqual([{ service: 'seed', condition: 'ended' }])
  const seed = services.find(({ name }) => name === 'seed')
  expect(seed?.job?.results).toEqual([
    { name: '*', regex: '/*', streams: ['stdout', 'stderr'] },
    { name: 'id', regex: '(?<=id: ).*', streams: ['stdout', 'stderr'] },
  ])
})

test('waits for the end of an operation of its group whose results it takes', () => {
  const execution = { group: 'g' }
  const { services } = read(
    job([
      op('user', { cmd: ['%%ops.maker.results.x%%'] }, { execution: { group: 'g', depends_on: ['maker'] } }),
      op('maker', {}, { results: { x: 'a' }, execution }),
    ]),
  )
  expect(services.find(({ name }) => name === 'user')?.dependsOn).toEqual([
    { service: 'maker', condition: 'ended' },
  ])
})

test('expands port ranges and refuses a port that is exposed twice', () => {
  const ports = only(job([op('a', { expose: ['8000-8002', 80] })])).ports.map(({ port }) => port)
  expect(ports).toEqual([80, 8000, 8001, 8002])
  expect(codes(job([op('a', { expose: ['8000-8002', { port: 8001 }] })]))).toEqual([
    'error nosana.port-twice',
  ])
  expect(codes(job([op('a', { expose: '1-65535' })]))).toEqual(['error nosana.too-many-ports'])
})

test('maps every kind of download', () => {
  const iam = { REGION: 'eu', ACCESS_KEY_ID: 'id', SECRET_ACCESS_KEY: 'key' }
  const resources = [
    { type: 'S3', target: '/a', url: 's3://a/b', files: ['x'], allowWrite: true },
    { type: 'S3', target: '/b', url: 'https://s3.example', bucket: 'models', IAM: iam },
    { type: 'S3', target: '/c', bucket: 'alone' },
    { type: 'S3', target: '/d', buckets: [{ url: 's3://one', files: ['y'] }, { url: 's3://two' }] },
    { type: 'HF', target: '/e', repo: 'org/model', revision: 'main', files: ['w'], accessToken: 'hf_x' },
  ]
  const { services, findings } = read(job([op('a', { resources })]))
  expect(services[0]?.fetches).toEqual([
    { kind: 's3', source: 's3://a/b', target: '/a', files: ['x'], readOnly: false },
    {
      kind: 's3',
      source: 'https://s3.example',
      bucket: 'models',
      target: '/b',
      files: [],
      readOnly: true,
      region: 'eu',
      credentials: { id: 'id', key: 'key' },
    },
    { kind: 's3', source: 's3://alone', target: '/c', files: [], readOnly: true },
    { kind: 's3', source: 's3://one', target: '/d', files: ['y'], readOnly: true },
    { kind: 's3', source: 's3://two', target: '/d', files: [], readOnly: true },
    {
      kind: 'huggingface',
      source: 'org/model',
      target: '/e',
      revision: 'main',
      files: ['w'],
      readOnly: true,
      credentials: { key: 'hf_x' },
    },
  ])
  expect(findings.map(({ code }) => code)).toEqual(['workload.secret-in-clear', 'workload.secret-in-clear'])
  expect(JSON.stringify(findings)).not.toContain('hf_x')
})

test('shares a volume between the operations that name it', () => {
  const volumes = [{ name: 'data', dest: '/data' }]
  const mine = [...volumes, { name: 'mine', dest: '/mine' }]
  const { services } = read(job([op('a', { volumes }), op('b', { volumes: mine })]))
  const [a, b] = services
  expect(a?.resources.volumes).toEqual([
    { name: 'data', sizeBytes: 20 * gibibyte, class: 'default', persistent: false, shared: true },
  ])
  expect(b?.resources.volumes.map(({ name, shared }) => [name, shared])).toEqual([
    ['data', true],
    ['mine', undefined],
  ])
  expect(b?.mounts).toEqual([
    { volume: 'data', path: '/data', readOnly: false },
    { volume: 'mine', path: '/mine', readOnly: false },
  ])
})

test('maps restart policies, aliases and registry access', () => {
  const { services } = read(
    job([
      op('a', { restart_policy: { policy: 'on-failure', restart_tries: 3 }, aliases: 'db, store' }),
      op('b', {
        image: 'ghcr.io/acme/app:1',
        restart_policy: 'unless-stopped',
        authentication: { docker: { username: 'u', password: '%%global.variables.P%%' } },
      }),
    ]),
  )
  expect(services[0]).toMatchObject({
    restart: { policy: 'on-failure', maxRetries: 3 },
    aliases: ['db', 'store'],
  })
  expect(services[1]).toMatchObject({
    restart: { policy: 'always' },
    credentials: { host: 'ghcr.io', username: 'u' },
  })
})

test('says where to add `continuous`', () => {
  const check = { type: 'http', path: '/', method: 'GET', expected_status: 200 }
  const { workload, findings } = read(job([op('a', { expose: [{ port: 80, health_checks: [check] }] })]))
  expect(workload).toBeUndefined()
  expect(findings).toHaveLength(1)
  expect(findings[0]).toMatchObject({
    severity: 'error',
    code: 'nosana.missing',
    path: ['ops', 0, 'args', 'expose', 0, 'health_checks', 0, 'continuous'],
    mend: expect.stringContaining('"continuous": false'),
    line: 14,
  })
})

test('says all that is wrong at once, each with its mend', () => {
  const { findings } = read({
    version: 0.1,
    ops: [
      op(
        'a',
        { imge: 'x', env: { N: 1 }, gpu: 'true', resources: [{ type: 'hf', target: '/x', repo: 'a/b' }] },
        { execution: { depends_on: ['b', 'other'] } },
      ),
      op('b', { expose: '9000-8000' }, { execution: { depends_on: ['a'] } }),
    ],
  })
  const told = findings.map(({ path, mend }) => `${path.join('.')}: ${mend}`)
  expect(told).toEqual([
    'type: add `"type": "container"` at the top',
    'version: put it in quotes',
    'ops.0.args.imge: write `image`, or leave it out',
    'ops.0.args.env.N: put it in quotes',
    'ops.0.args.gpu: write true, without quotes',
    'ops.0.args.resources.0.type: write "HF"',
    'ops.0.execution.depends_on.0: put both in one group',
    'ops.0.execution.depends_on.1: undefined',
    'ops.1.args.expose: write "8000-9000"',
    'ops.1.execution.depends_on.0: leave it out, or put both in one group',
  ])
  expect(codes(job([op('a', {}, { execution: { depends_on: ['c'] } })]))).toEqual([
    'error nosana.unknown-operation',
  ])
})

test('refuses an image without a name, written so or filled in', () => {
  const nameless = read(
    job([op('a', { image: '' }), op('b', { image: '%%global.variables.NONE%%' })], {
      global: { variables: { NONE: '' } },
    }),
  )
  expect(nameless.workload).toBeUndefined()
  expect(nameless.findings.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
    'nosana.value ops.0.args.image',
    'nosana.value ops.1.args.image',
  ])
})

test('says which policy a count of restarts goes with', () => {
  const { findings } = read(job([op('a', { restart_policy: { restart_tries: 3 } })]))
  expect(findings).toMatchObject([{ expected: '"on-failure"', mend: 'add `"policy": "on-failure"`' }])
})

test('refuses circles, however long', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 5 }), (length, more) => {
      const circle = Array.from({ length }, (_, index) =>
        op(`c${index}`, {}, { execution: { group: 'g', depends_on: [`c${(index + 1) % length}`] } }),
      )
      const chain = Array.from({ length: more }, (_, index) =>
        op(
          `d${index}`,
          {},
          { execution: { group: 'g', depends_on: [index === 0 ? 'c0' : `d${index - 1}`] } },
        ),
      )
      expect(codes(job([...chain, ...circle]))).toContain('error nosana.circle')
      const [, ...open] = circle
      const withoutFirst = job([op('c0', {}, { execution: { group: 'g' } }), ...open, ...chain])
      expect(codes(withoutFirst)).not.toContain('error nosana.circle')
    }),
    { numRuns: 60 },
  )
})

test('warns of literals that nothing can fill in, and says what was meant', () => {
  const { findings, workload } = read(
    job(
      [
        op('train', {}, { results: { loss: 'loss=.*' } }),
        op('report', {
          cmd: [
            '%%ops.train.results.los%%',
            '%%ops.trian.host%%',
            '%%global.variables.MODL%%',
            '%%global.foo%%',
          ],
        }),
      ],
      { global: { variables: { MODEL: 'x' } } },
    ),
  )
  expect(workload).toBeDefined()
  expect(findings.map(({ severity, mend }) => [severity, mend])).toEqual([
    ['warning', 'write %%ops.train.results.loss%%'],
    ['warning', 'write %%ops.train.host%%'],
    ['warning', 'write %%global.variables.MODEL%%'],
    ['warning', undefined],
  ])
})

test('gives every operation a service name of its own', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 80 }), { minLength: 1, maxLength: 20 }), (ids) => {
      const { services } = read(job(ids.map((id) => op(id))))
      expect(new Set(services.map(({ name }) => name)).size).toBe(ids.length)
      for (const { name } of services) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/)
    }),
    { numRuns: 50 },
  )
})

test('warns that a definition without operations runs nothing', () => {
  const { workload, findings } = read(job([]))
  expect(workload).toBeUndefined()
  expect(findings).toMatchObject([{ severity: 'warning', code: 'nosana.nothing-to-run' }])
})

test('names a secret in clear and never shows it', () => {
  const { findings } = read(job([op('a', { env: { HF_TOKEN: 'hf_abcdefghijklmnopqrstuvwxyz' } })]))
  expect(findings).toMatchObject([{ severity: 'warning', code: 'workload.secret-in-clear' }])
  expect(JSON.stringify(findings)).toContain('HF_TOKEN')
  expect(JSON.stringify(findings)).not.toContain('abcdefgh')
})

test('refuses results whose expressions explode or are too many', () => {
  const bad = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`r${index}`, '(a+)+$']))
  const told = codes(job([op('a', {}, { results: bad })]))
  expect(told.slice(0, 3)).toEqual([
    'error nosana.too-many-results',
    'error workload.regex',
    'error workload.regex',
  ])
  expect(told.length).toBeLessThan(10)
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`r${index}`, 'x']))
  expect(codes(job([op('a', {}, { results: many })]))).toEqual(['error nosana.too-many-results'])
})

test('reads the same job from YAML', () => {
  const yaml = `
version: "0.1"
type: container
ops:
  - &base
    type: container/run
    id: a
    args: {image: nginx, expose: 80}
  - <<: *base
    id: b
`
  const { workload, findings } = readWorkload(yaml, { file: 'job.yaml' })
  expect(findings).toEqual([])
  expect(workload?.groups[0]?.services.map(({ name, image }) => [name, image])).toEqual([
    ['a', 'nginx'],
    ['b', 'nginx'],
  ])
})

test('says what else is wrong where the shape is, each in its own place', () => {
  const text = JSON.stringify({
    type: 'container',
    ops: [
      { type: 'container/run', id: 'a', args: { image: 'x', expose: [{ port: -4 }, 80, 80] } },
      { type: 'container/run', id: 'b', args: { cmd: 'x' }, results: { r: '(a+)+$' } },
      { type: 'container/run', id: 'c', args: { image: 'x' }, execution: { depends_on: ['d'] } },
    ],
  })
  const { workload, findings } = readWorkload(text, { file: 'job.json' })
  expect(workload).toBeUndefined()
  expect(findings.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
    'nosana.missing version',
    'nosana.value ops.0.args.expose.0.port',
    'nosana.port-twice ops.0.args.expose.2',
    'nosana.missing ops.1.args.image',
    'workload.regex ops.1.results.r',
    'nosana.unknown-operation ops.2.execution.depends_on.0',
  ])
})

test('shows no token back', () => {
  const { findings } = read(
    job([op('a', { resources: [{ type: 'HF', repo: 'a/b', target: '/x', accessToken: 87654321 }] })]),
  )
  expect(findings).toMatchObject([
    { code: 'workload.secret-in-clear' },
    { code: 'nosana.value', mend: 'put it in quotes' },
  ])
  expect(JSON.stringify(findings)).not.toContain('87654321')
})
