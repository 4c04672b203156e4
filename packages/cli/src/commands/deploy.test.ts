import type { CreateDeployment } from '@sublet/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import type { ControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { deployAndWait } from './deploy.ts'

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
