import { expect, test } from 'vitest'
import { readWorkload } from '../read-workload.ts'
import { createResultCollector } from '../results/collect-results.ts'
import { type Service, serviceSchema } from '../workload.ts'
import type { LateFacts } from './facts.ts'
import { resolveLate } from './resolve-late.ts'

function services(ops: unknown[], more = {}): Map<string, Service> {
  const text = JSON.stringify({ version: '0.1', type: 'container', ops, ...more })
  const { workload, findings } = readWorkload(text, { file: 'job.json' })
  if (workload === undefined) throw new Error(JSON.stringify(findings))
  return new Map(workload.groups[0]?.services.map((service) => [service.name, service]))
}

const maker = { type: 'container/run', id: 'Maker.1', args: { image: 'x' }, results: { out: '(?<=out: ).*' } }

function user(args: object) {
  return { type: 'container/run', id: 'user', args: { image: 'x', ...args } }
}

function facts(lines: readonly string[]): LateFacts {
  const collector = createResultCollector([{ name: 'out', regex: '(?<=out: ).*', streams: ['stdout'] }])
  for (const line of lines) collector.add('stdout', line)
  return {
    leaseId: '0xlease',
    provider: '0xprovider',
    tenant: '0xtenant',
    ingressDomain: 'example.org',
    version: '1.2.3',
    services: {
      'maker-1': {
        host: 'maker-1',
        ip: '10.0.0.2',
        endpoints: { 80: 'maker-1-ab.example.org' },
        results: collector.values(),
      },
    },
  }
}

function resolve(args: object, lines: readonly string[]) {
  const service = services([maker, user(args)]).get('user')
  if (service === undefined) throw new Error('no such service')
  const resolution = resolveLate(service, facts(lines))
  if ('service' in resolution) serviceSchema.parse(resolution.service)
  return resolution
}

test('fills in results, addresses and the lease itself', () => {
  const args = {
    image: '%%ops.Maker.1.results.out%%',
    cmd: ['--all', '%%ops.Maker.1.results.out%%', '--one=%%ops.Maker.1.results.out.1%%'],
    env: {
      URL: 'https://%%ops.Maker.1.endpoint.80%%',
      IP: '%%ops.Maker.1.container_ip%%',
      JOB: '%%globals.job%%',
    },
  }
  expect(resolve(args, ['out: first', 'noise', 'out: second'])).toMatchObject({
    service: {
      image: 'first second',
      args: ['--all', 'first', 'second', '--one=second'],
      env: [
        { name: 'IP', value: '10.0.0.2' },
        { name: 'JOB', value: '0xlease' },
        { name: 'URL', value: 'https://maker-1-ab.example.org' },
      ],
    },
  })
  expect(resolve(args, ['out: first', 'out: second'])).not.toHaveProperty('service.late')
})

test('spreads a JSON object into the environment, over what stands there', () => {
  const env = { A: 'kept', B: 'lost', __spread__: '%%ops.Maker.1.results.out%%' }
  expect(resolve({ env }, ['out: {"B": "new", "C": 3, "D": {"x": 1}}'])).toMatchObject({
    service: {
      env: [
        { name: 'A', value: 'kept' },
        { name: 'B', value: 'new' },
        { name: 'C', value: '3' },
        { name: 'D', value: '{"x":1}' },
      ],
    },
  })
})

test('turns pairs into environment entries', () => {
  const env = { __pairs__: '%%ops.Maker.1.results.out%%' }
  expect(resolve({ env }, ['out: [{"key": "A", "value": "1"}, {"key": "B"}]'])).toMatchObject({
    service: {
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '' },
      ],
    },
  })
})

test('spreads a JSON list into ports and downloads, also in pieces', () => {
  const args = {
    expose: [1000, { __spread__: '%%ops.Maker.1.results.out%%', chunked: true }],
    resources: [{ type: 'Ollama', model: 'a' }],
  }
  const check = '{"type":"http","path":"/","method":"GET","expected_status":200,"continuous":true}'
  expect(
    resolve(args, ['out: [{"port": 9000,', `out: "health_checks": [${check}]}, "9100-9101"]`]),
  ).toMatchObject({
    service: {
      ports: [{ port: 1000 }, { port: 9000 }, { port: 9100 }, { port: 9101 }],
      health: { probe: { port: 9000 } },
    },
  })
  const resources = [
    { __spread__: '%%ops.Maker.1.results.out%%' },
    { type: 'S3', target: '/x', url: 's3://b' },
  ]
  expect(resolve({ resources }, ['out: [{"type": "Ollama", "model": "m"}]'])).toMatchObject({
    service: {
      fetches: [
        { kind: 'ollama', source: 'm' },
        { kind: 's3', source: 's3://b' },
      ],
    },
  })
})

test('drops a list that turns out empty where the file says so', () => {
  const args = { entrypoint: ['__remove-if-empty__', '%%ops.Maker.1.results.out%%'] }
  const empty = resolve(args, ['nothing'])
  expect(empty).toHaveProperty('service')
  expect(empty).not.toHaveProperty('service.command')
  expect(resolve(args, ['out: bash'])).toMatchObject({ service: { command: ['bash'] } })
})

test('opens the port that a result names', () => {
  expect(resolve({ expose: '%%ops.Maker.1.results.out%%' }, ['out: 8080'])).toMatchObject({
    service: { ports: [{ port: 8080 }] },
  })
})

test('says what is not known or does not fit, and starts nothing then', () => {
  expect(resolve({ cmd: ['%%ops.Maker.1.endpoint.81%%'] }, [])).toEqual({
    problems: ['%%ops.Maker.1.endpoint.81%% is not known when `user` starts.'],
  })
  expect(resolve({ env: { __spread__: '%%ops.Maker.1.results.out%%' } }, ['out: [1]'])).toEqual({
    problems: ['%%ops.Maker.1.results.out%% is not a JSON object, which __spread__ needs here.'],
  })
  expect(resolve({ expose: '%%ops.Maker.1.results.out%%' }, ['out: -5'])).toHaveProperty('problems')
  expect(resolve({ expose: ['%%ops.Maker.1.results.out%%'] }, ['out: [80, 80]'])).toEqual({
    problems: ['Port 80 is exposed twice.'],
  })
})

test('lets no output reach a prototype or outgrow a service', () => {
  const env = { __spread__: '%%ops.Maker.1.results.out%%' }
  const hostile = resolve({ env }, ['out: {"__proto__": {"polluted": "yes"}, "constructor": "x"}'])
  expect(hostile).toMatchObject({ service: { env: [{ name: 'constructor', value: 'x' }] } })
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  const many = JSON.stringify(Array.from({ length: 2000 }, (_, index) => index))
  expect(resolve({ cmd: ['%%ops.Maker.1.results.out%%'] }, [`out: ${many}`])).toHaveProperty('problems')
})

test('stays whole under JSON that nests without end', () => {
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
  expect(resolve({ env: { __spread__: '%%ops.Maker.1.results.out%%' } }, [`out: ${deep}`])).toHaveProperty(
    'problems',
  )
  expect(resolve({ cmd: ['%%ops.Maker.1.results.out%%'] }, [`out: ${deep}`])).toMatchObject({
    service: { args: [deep] },
  })
})

test('resolves what needs no lease when the file is read', () => {
  const service = services(
    [
      {
        type: 'container/run',
        id: 'a',
        args: { image: '%%global.variables.I%%', env: { __spread__: '%%global.variables.E%%' } },
      },
    ],
    { global: { variables: { I: 'nginx', E: '{"K": "v"}' } } },
  ).get('a')
  expect(service).toMatchObject({ image: 'nginx', env: [{ name: 'K', value: 'v' }] })
  expect(service?.late).toBeUndefined()
})
