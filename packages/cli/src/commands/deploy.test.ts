import type { CreateDeployment } from '@sublet/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import type { ControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { deployAndWait, deployOrClose } from './deploy.ts'

const quiet = { update: () => {}, done: () => {}, failed: () => {} }
const output = { json: false, progress: () => quiet } as unknown as Output

afterEach(() => vi.restoreAllMocks())

/** What is said before anything is ordered. */
async function saidBefore(input: CreateDeployment): Promise<string> {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.push(String(text))
    return true
  })
  const refusing = {
    createDeployment: async () => {
      throw new Error(said.join(''))
    },
  } as unknown as ControllerClient
  return deployAndWait(refusing, output, input).then(
    () => '',
    (error: Error) => error.message,
  )
}

test('deploy tells every warning before it orders', async () => {
  const source = 'services: {web: {image: x, ports: ["80"], dns: 1.1.1.1}}\n'
  expect(await saidBefore({ file: 'compose.yaml', source })).toMatch(
    /^compose\.yaml:1:\d+ warning compose\.ignored/,
  )
})

test('what is wrong, the controller says', async () => {
  expect(
    await saidBefore({ file: 'compose.yaml', source: 'services: {web: {imag: x, dns: 1.1.1.1}}\n' }),
  ).toBe('')
})

/** What a controller is asked to close while one deploys from it. */
async function closedWhile(input: { interrupted: boolean }) {
  const closed: string[] = []
  const asking = new AbortController()
  const at = (phase: string) => ({ id: 'x-1', name: 'x', phase, message: '', groups: [] })
  const client = {
    async createDeployment() {
      if (input.interrupted) asking.abort()
      return at('ordering')
    },
    async *watchDeployment(_id: string, signal: AbortSignal) {
      signal.throwIfAborted()
      yield at('running')
    },
    closeDeployment: async (id: string) => closed.push(id),
  } as unknown as ControllerClient
  const source = 'image: x\n'
  const deployment = await deployOrClose(client, output, { file: 'x.yaml', source }, asking.signal)
  return { deployment, closed }
}

test('who interrupts a deployment before it runs has it closed', async () => {
  expect(await closedWhile({ interrupted: true })).toEqual({ deployment: undefined, closed: ['x-1'] })
})

test('what runs goes on', async () => {
  expect(await closedWhile({ interrupted: false })).toMatchObject({
    deployment: { phase: 'running' },
    closed: [],
  })
})
