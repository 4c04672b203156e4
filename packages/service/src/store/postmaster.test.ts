import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findPostmaster, parsePostmasterFile } from './postmaster.ts'

const file = (pid: number) =>
  `${pid}\n/proc/self/cwd\n1795357153\n54999\n\n127.0.0.1\n  2188705         9\nready   \n`

async function clusterWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-postmaster-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'postmaster.pid'), text)
  return folder
}

test('reads the lock file, and not a half-written one', () => {
  expect(parsePostmasterFile(file(22403))).toEqual({ pid: 22403, port: 54999, status: 'ready' })
  expect(parsePostmasterFile('22403\n/proc/self/cwd\n')).toBeUndefined()
  expect(parsePostmasterFile('')).toBeUndefined()
})

test('does not take another program with the number of a dead one for PostgreSQL', async () => {
  const folder = await clusterWith(file(process.pid))
  expect(await findPostmaster(folder, 'sublet-no-such-mark')).toBe('none')
})

test('takes a process with the mark in its command line', async () => {
  const folder = await clusterWith(file(process.pid))
  expect(await findPostmaster(folder, 'node')).toMatchObject({ pid: process.pid, port: 54999 })
})

test('a lock file without a living process is nobody', async () => {
  expect(await findPostmaster(await clusterWith(file(2 ** 22 + 1)), '')).toBe('none')
})
