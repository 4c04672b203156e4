import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SubletError } from '@sublet/protocol'
import { stampSources } from './source-stamp.ts'

const packageDir = fileURLToPath(new URL('../..', import.meta.url))
const stampFile = 'build-stamp.txt'
/** Relative to the package: everything that a change of could change the page. */
const sources = [
  'index.html',
  'package.json',
  'vite.config.ts',
  'src',
  '../protocol/package.json',
  '../protocol/src',
  '../../package-lock.json',
]

export interface BuiltConsole {
  /** Folder of static files; every path without a file belongs to its `index.html`. */
  dir: string
}

/**
 * Makes sure that the console's static files are there and belong to the present sources, and says where. Builds in a
 * child process, so that the builder's memory ends with it. Throws `internal` with the builder's words if it fails.
 */
export async function ensureConsoleBuilt(): Promise<BuiltConsole> {
  const dir = join(packageDir, 'dist')
  const stamp = await stampSources(packageDir, sources)
  if ((await readStamp(dir)) === stamp) return { dir }
  const fresh = join(packageDir, 'cache', `build-${randomUUID()}`)
  try {
    await mkdir(fresh, { recursive: true })
    await runVite(fresh)
    await writeFile(join(fresh, stampFile), stamp)
    await swapIn(fresh, dir, stamp)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return { dir }
}

async function readStamp(dir: string): Promise<string | undefined> {
  return await readFile(join(dir, stampFile), 'utf8').catch(() => undefined)
}

/** Somebody else may be building the same sources: whoever comes second keeps what is there. */
async function swapIn(fresh: string, dir: string, stamp: string): Promise<void> {
  const old = `${fresh}-old`
  try {
    await rename(dir, old).catch(() => undefined)
    await rename(fresh, dir)
  } catch (error) {
    if ((await readStamp(dir)) !== stamp) throw error
  } finally {
    await rm(old, { recursive: true, force: true })
  }
}

async function runVite(outDir: string): Promise<void> {
  const vitePackage = createRequire(import.meta.url).resolve('vite/package.json')
  const vite = join(dirname(vitePackage), 'bin', 'vite.js')
  const { NODE_OPTIONS: _loaders, ...env } = process.env
  const child = spawn(
    process.execPath,
    [vite, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: packageDir, env: { ...env, NODE_ENV: 'production' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const words: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => words.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new SubletError('internal', 'The console could not be built.', {
    hint: 'Run `npm ci`, then `npm run build -w @sublet/console` to see why.',
    details: { output: Buffer.concat(words).toString('utf8').slice(-2000) },
  })
}
