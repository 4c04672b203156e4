import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { pauseProgram } from './pause-program.ts'

const names: Partial<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }
const mine = names[process.arch]

test.runIf(process.platform === 'linux' && mine !== undefined)(
  'runs, and sleeps until it is killed',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sublet-pause-'))
    try {
      const path = join(folder, 'pause')
      await writeFile(path, pauseProgram(mine ?? '') ?? '', { mode: 0o755 })
      const child = spawn(path, { stdio: 'ignore' })
      const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
      // In a system call that takes no time of the processor (proc(5)).
      await eventually('it sleeps', async () => {
        const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
        expect(stat).toMatch(/^\d+ \(pause\) S /)
        return true
      })
      child.kill('SIGKILL')
      expect(await ended).toBe('SIGKILL')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)

test('is unknown for other processors', () => {
  expect(pauseProgram('riscv64')).toBeUndefined()
})
