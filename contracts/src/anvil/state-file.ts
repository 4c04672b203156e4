import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { callRpc } from './rpc.ts'

/**
 * The files that keep a chain's state. anvil rewrites `byAnvil` in place, on its own interval and when it ends, so a crash can tear
 * it; `current` and `previous` are written by us, whole or not at all. A start takes the newest that can be read.
 */
export interface StateFiles {
  current: string
  previous: string
  byAnvil: string
}

export function stateFilesOf(statePath: string): StateFiles {
  return { current: statePath, previous: `${statePath}.previous`, byAnvil: `${statePath}.anvil` }
}

/** The number of the last block in a dumped state; undefined when the text is not a whole state. */
export function blockNumberOfState(text: string): bigint | undefined {
  try {
    const state = JSON.parse(text) as { best_block_number?: unknown; accounts?: unknown }
    const number = state.best_block_number
    if (typeof state.accounts !== 'object' || state.accounts === null) return undefined
    return typeof number === 'number' || typeof number === 'string' ? BigInt(number) : undefined
  } catch {
    return undefined
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The file to start from: of those that are whole, the one with the highest block. */
export async function newestState(files: StateFiles): Promise<{ path: string; block: bigint } | undefined> {
  let best: { path: string; block: bigint } | undefined
  for (const path of [files.current, files.byAnvil, files.previous]) {
    const text = await readIfThere(path)
    if (text === undefined) continue
    const block = blockNumberOfState(text)
    if (block !== undefined && (best === undefined || block > best.block)) best = { path, block }
  }
  return best
}

/** Whether anything was ever kept, readable or not. */
export async function hasStateFiles(files: StateFiles): Promise<boolean> {
  const texts = await Promise.all([files.current, files.byAnvil, files.previous].map(readIfThere))
  return texts.some((text) => text !== undefined)
}

/** Puts a state in place: written beside, flushed, then renamed; what stood before becomes `previous`. */
export async function writeState(files: StateFiles, text: string): Promise<void> {
  const temporary = `${files.current}.${process.pid}.tmp`
  await mkdir(dirname(files.current), { recursive: true })
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const standing = await readIfThere(files.current)
  if (standing !== undefined && blockNumberOfState(standing) !== undefined) {
    await rename(files.current, files.previous)
  }
  await rename(temporary, files.current)
}

/** Asks a running anvil for its state and keeps it. */
export async function saveState(rpcUrl: string, files: StateFiles): Promise<void> {
  const dumped = await callRpc(rpcUrl, 'anvil_dumpState', 60_000)
  if (typeof dumped !== 'string') throw new Error('anvil gave no state.')
  const text = (await promisify(gunzip)(Buffer.from(dumped.slice(2), 'hex'))).toString('utf8')
  if (blockNumberOfState(text) === undefined) throw new Error('anvil gave a state that cannot be read.')
  await writeState(files, text)
}

/** After anvil ended by itself: what it wrote on its way out becomes the current state, if it is whole and newer. */
export async function adoptStateWrittenByAnvil(files: StateFiles): Promise<void> {
  const newest = await newestState(files)
  if (newest === undefined || newest.path !== files.byAnvil) return
  await writeState(files, await readFile(files.byAnvil, 'utf8'))
  await unlink(files.byAnvil)
}
