import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adoptStateWrittenByAnvil, newestState, stateFilesOf, writeState } from './state-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-state-'))
})
afterEach(() => rm(folder, { recursive: true }))

const state = (block: number) => JSON.stringify({ best_block_number: block, accounts: {} })

test('keeps the state before the last', async () => {
  const files = stateFilesOf(join(folder, 'state.json'))
  await writeState(files, state(1))
  await writeState(files, state(2))
  expect(await readFile(files.current, 'utf8')).toBe(state(2))
  expect(await readFile(files.previous, 'utf8')).toBe(state(1))
})

test('starts from the newest whole state', async () => {
  const files = stateFilesOf(join(folder, 'state.json'))
  expect(await newestState(files)).toBeUndefined()
  await writeState(files, state(1))
  await writeState(files, state(2))
  await writeFile(files.byAnvil, state(5))
  expect(await newestState(files)).toEqual({ path: files.byAnvil, block: 5n })
})

test('passes a torn file over', async () => {
  const files = stateFilesOf(join(folder, 'state.json'))
  await writeState(files, state(1))
  await writeState(files, state(2))
  await writeFile(files.byAnvil, state(9).slice(0, -4))
  await writeFile(files.current, '')
  expect(await newestState(files)).toEqual({ path: files.previous, block: 1n })
  await writeState(files, state(3))
  expect(await readFile(files.previous, 'utf8'), 'a torn file never replaces the one before').toBe(state(1))
})

test('takes over what anvil wrote at its end only when it is newer', async () => {
  const files = stateFilesOf(join(folder, 'state.json'))
  await writeState(files, state(4))
  await writeFile(files.byAnvil, state(3))
  await adoptStateWrittenByAnvil(files)
  expect((await newestState(files))?.path).toBe(files.current)
  await writeFile(files.byAnvil, state(6))
  await adoptStateWrittenByAnvil(files)
  expect(await newestState(files)).toEqual({ path: files.current, block: 6n })
})
