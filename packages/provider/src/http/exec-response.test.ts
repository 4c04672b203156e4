import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { decodeExecFrames } from '@sublet/protocol'
import { expect, test } from 'vitest'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import type { ExecSession, Runtime } from '../runtime/runtime.ts'
import { execResponse } from './exec-response.ts'

const runner = {
  record: { status: { services: [{ name: 'web', replicas: 1 }] } },
  instances: () => [{ id: 'web-0', replica: 0 }],
} as unknown as LeaseRunner

async function* nothing(): AsyncGenerator<Uint8Array> {}

test('what a command says is kept when it is over before anybody reads the answer', async () => {
  const child = spawn(process.execPath, ['-e', 'console.log("hi"); console.error("ho")'])
  const session: ExecSession = {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    resize: async () => undefined,
    exitCode: once(child, 'close').then(([code]) => Number(code)),
    close: () => undefined,
  }
  const { body } = await execResponse({
    runner,
    runtime: { exec: async () => session } as unknown as Runtime,
    query: new URLSearchParams({ command: '["node"]' }),
    body: nothing(),
    signal: new AbortController().signal,
  })
  await once(child, 'exit')
  // Node flushes what nobody reads in the tick after the exit.
  await new Promise((resolve) => setImmediate(resolve))
  const said: Record<string, string> = {}
  for await (const { kind, bytes } of decodeExecFrames(body as AsyncIterable<Uint8Array>)) {
    said[kind] = (said[kind] ?? '') + new TextDecoder().decode(bytes)
  }
  expect(said).toEqual({ stdout: 'hi\n', stderr: 'ho\n', exit: '{"exitCode":0}' })
})
