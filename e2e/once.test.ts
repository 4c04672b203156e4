import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import { freeBasePort, sublet, temporaryDir } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { processesOf } from './src/lease-instances.ts'

interface OnceReport {
  order: { orderHash: string }
  bids: unknown[]
  lease: { leaseId: string; phase: string; lastLogLines?: string[] }
  endpoints: { url: string }[]
  exitCode: number
  paid: string
  refunded: string
  timings: Record<string, number>
}

/** The second service starts only if the first, which is not root, could read its secret. */
const composeFile = `
x-small: &small
  image: sublet.local/hello:1
  deploy: {resources: {limits: {cpus: "0.25", memory: 128M}}}
services:
  look:
    <<: *small
    user: "1000:1000"
    entrypoint: [/usr/local/bin/node, -e]
    command: ["process.exit(require('node:fs').readFileSync('/run/secrets/token', 'utf8') === 'hunter2' ? 0 : 1)"]
    secrets: [token]
  web:
    <<: *small
    ports: ["80:8080"]
    depends_on: {look: {condition: service_completed_successfully}}
secrets:
  token: {environment: APP_TOKEN}
`

const noDocker = { SUBLET_DOCKER_HOST: 'unix:///nowhere/docker.sock' }

async function runOnce(env: Record<string, string>, source?: string, example = 'hello.yaml') {
  await using data = await temporaryDir()
  const port = await freeBasePort()
  const file = source === undefined ? `examples/${example}` : join(data.path, 'once.yaml')
  if (source !== undefined) await writeFile(file, source)
  const args = ['up', '--once', file, '--json', '--data', data.path, '--port', String(port)]
  const result = await sublet(args, { env })
  expect(await processesOf(data.path), 'nothing is left running').toEqual([])
  return result
}

function expectPaidLease(report: OnceReport) {
  expect(report.lease.phase).toBe('closed')
  expect(report.bids.length).toBeGreaterThan(0)
  expect(report.endpoints.length).toBeGreaterThan(0)
  expect(BigInt(report.refunded)).toBeGreaterThan(0n)
  expect(BigInt(report.paid)).toBeGreaterThanOrEqual(0n)
  expect(report.exitCode).toBe(0)
}

describeWith('docker')('with Docker', () => {
  test('rents, answers, closes and settles one file', async () => {
    const result = await runOnce({})
    expect(result.stderr + result.stdout).not.toContain('    at ')
    expect(result.exitCode).toBe(0)
    expectPaidLease(result.json<OnceReport>())
  })

  test('brings up what a Compose file describes', async () => {
    const result = await runOnce({}, undefined, 'compose.yaml')
    expect(result.exitCode, result.stdout).toBe(0)
    expectPaidLease(result.json<OnceReport>())
  })

  test('runs a Nosana job: what one operation found, the next is given', async () => {
    const result = await runOnce({}, undefined, 'nosana-job.json')
    expect(result.exitCode, result.stdout).toBe(0)
    const { lease } = result.json<OnceReport>()
    expect(lease).toMatchObject({ phase: 'closed', results: { loss: '0.125', device: 'none' } })
    expect(lease.lastLogLines?.at(-1)).toContain('reached 0.125 on none')
  })

  test('runs a Compose file whose secrets are read by somebody other than root', async () => {
    const result = await runOnce({ APP_TOKEN: 'hunter2' }, composeFile)
    expect(result.stderr + result.stdout).not.toContain('hunter2')
    expect([result.exitCode, result.stderr]).toEqual([0, expect.any(String)])
    expectPaidLease(result.json<OnceReport>())
  })

  test('says why an image cannot be had, and leaves with an error', async () => {
    const result = await runOnce({}, 'image: registry.invalid/none:1\nport: 80\n')
    expect(result.exitCode).toBe(6)
    expect(result.json<{ code: string; detail: string }>()).toMatchObject({
      code: 'image.unavailable',
      detail: expect.stringContaining('registry.invalid/none:1'),
    })
  })
})

/** Work of the machine's own, by Node. */
const byNode = (script: string, more: object) =>
  JSON.stringify({
    name: 'work',
    image: 'sublet.local/host:1',
    command: [process.execPath, '-e', script],
    cpu: 0.1,
    memory: '64Mi',
    ...more,
  })

test('runs a job to its end', async () => {
  const result = await runOnce(noDocker, byNode("console.log('worked')", { job: true }))
  expect(result.exitCode, result.stdout).toBe(0)
  const report = result.json<OnceReport>()
  expect(report).toMatchObject({ exitCode: 0, endpoints: [], lease: { phase: 'closed' } })
  expect(BigInt(report.refunded)).toBeGreaterThan(0n)
})

test.each([
  ['a job that failed', 'process.exit(9)', { job: true }, 'workload.crashed', 9],
  ['a service that ended and never answered', '', { port: 8080, restart: 'never' }, 'workload.unready', 0],
])('tells %s as a problem, and settles it all the same', async (_what, script, more, code, exitCode) => {
  const result = await runOnce(noDocker, byNode(script, more))
  expect(result.exitCode).toBe(6)
  expect(result.json()).toMatchObject({ code, details: { exitCode, lease: { phase: 'closed' } } })
})

test('does the same without Docker, on the machine itself', async () => {
  const result = await runOnce(noDocker)
  expect(result.exitCode).toBe(0)
  expectPaidLease(result.json<OnceReport>())
})
