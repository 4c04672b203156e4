import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentFile, placeLauncher } from './secret-environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'sublet-env-'))
const file = join(folder, 'environment')
let launcher: string | undefined
beforeAll(async () => {
  launcher = await placeLauncher(folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

const canLaunch = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
const name = fc.stringMatching(/^S_[A-Z0-9_.-]{1,8}$/)
const value = fc.string({ unit: 'binary' }).filter((text) => !/[\0\ud800-\udfff]/.test(text))

/** Runs a command as a container would. */
function launch(command: string[], variables: Record<string, string>, env: Record<string, string>) {
  writeFileSync(file, environmentFile(variables).bytes)
  return spawnSync(launcher ?? '', [file, ...command], { env, encoding: 'utf8' })
}

test.runIf(canLaunch)('hands every value on exactly, before what was there and beside it', () => {
  const printAll = 'process.stdout.write(JSON.stringify({ ...process.env }))'
  fc.assert(
    fc.property(fc.dictionary(name, value), fc.dictionary(name, value), (secrets, own) => {
      writeFileSync(file, environmentFile(secrets).bytes)
      const out = execFileSync(launcher ?? '', [file, process.execPath, '-e', printAll], { env: own })
      expect(JSON.parse(out.toString('utf8'))).toEqual({ ...own, ...secrets })
    }),
    { numRuns: 20 },
  )
})

test.runIf(canLaunch)(
  'finds the program where the search path says, and runs it under the name given',
  () => {
    const [first, second] = ['first', 'second'].map((one) => join(folder, one)) as [string, string]
    for (const [place, mode] of [
      [first, 0o644],
      [second, 0o755],
    ] as const) {
      mkdirSync(place)
      writeFileSync(join(place, 'tool'), `#!/bin/sh\necho ${place} "$1"\n`)
      chmodSync(join(place, 'tool'), mode)
    }
    expect(launch(['tool', 'a b'], {}, { PATH: `/nowhere:${first}:${second}` }).stdout).toBe(
      `${second} a b\n`,
    )
    // A secret path goes before.
    expect(launch(['tool', 'x'], { PATH: second }, { PATH: '/nowhere' }).stdout).toBe(`${second} x\n`)
    expect(launch(['sh', '-c', 'echo $0'], {}, { PATH: '/bin' }).stdout).toBe('sh\n')
    expect(launch(['/bin/sh', '-c', 'exit 7'], {}, {}).status).toBe(7)
  },
)

test.runIf(canLaunch)('says what cannot be run, as a shell does', () => {
  const said = (command: string[]) => {
    const { status, stderr } = launch(command, { A: 'b' }, { PATH: join(folder, 'first') })
    return [status, stderr]
  }
  mkdirSync(join(folder, 'first'), { recursive: true })
  writeFileSync(join(folder, 'first', 'closed'), '', { mode: 0o600 })
  expect(said(['nothing'])).toEqual([127, 'nothing: not found\n'])
  expect(said(['/nothing/here'])).toEqual([127, '/nothing/here: not found\n'])
  expect(said(['closed'])).toEqual([126, 'closed: cannot be run\n'])
  expect(said([folder])).toEqual([126, `${folder}: cannot be run\n`])
})

test('refuses names that no environment can hold', () => {
  for (const bad of ['', 'A=B', 'A\0'])
    expect(() => environmentFile({ [bad]: 'x' })).toThrow(/name of a secret/)
})

test('lies ready to be run by everybody, and is not known for every processor', async () => {
  expect(await placeLauncher(join(folder, 'riscv'), 'riscv64')).toBeUndefined()
  for (const architecture of ['x64', 'arm64']) {
    const place = (await placeLauncher(join(folder, architecture), architecture)) ?? ''
    expect(statSync(place).mode & 0o777).toBe(0o555)
  }
})
