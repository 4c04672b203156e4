import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { freeBasePort, sublet, temporaryDir } from './src/sublet-process.ts'

interface OnceReport {
  order: { orderHash: string }
  bids: unknown[]
  lease: { leaseId: string; phase: string }
  endpoints: { url: string }[]
  exitCode: number
  paid: string
  refunded: string
  timings: Record<string, number>
}

async function runOnce(env: Record<string, string>) {
  await using data = await temporaryDir()
  const port = await freeBasePort()
  const args = ['up', '--once', 'examples/hello.yaml', '--json', '--data', data.path, '--port', String(port)]
  return sublet(args, { env })
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
})

test('does the same without Docker, on the machine itself', async () => {
  const result = await runOnce({ SUBLET_DOCKER_HOST: 'unix:///nowhere/docker.sock' })
  expect(result.exitCode).toBe(0)
  expectPaidLease(result.json<OnceReport>())
})
