// @ts-check
import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import {
  access,
  constants,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * The sources and their libraries as a few files of JavaScript. Reading two thousand modules one by one, each through
 * a translator, takes a command over a second before its first word, and a daemon 70 MB for as long as it runs.
 *
 * @typedef {{ path: string, mtimeMs: number, size: number }} Stamp
 * @typedef {{ entry: string, root: string, stamps: Stamp[] }} Compiled what `program.json` says of the newest one
 * @typedef {{ isTTY?: boolean, write(text: string): unknown }} Terminal
 */

const cliFolder = fileURLToPath(new URL('..', import.meta.url))
const workspace = join(cliFolder, '../..')
/** Changes with whatever `npm` installs. */
const installed = 'node_modules/.package-lock.json'
/** How long files that only earlier programs need are kept: daemons that run load some of theirs late. */
const keptMs = 3 * 24 * 3_600_000

/**
 * Where to import the program from, compiled anew when a source or a library has changed since; undefined where it
 * cannot be (no compiler, a folder that cannot be written, a fault in the sources), and the sources have to do.
 *
 * @param {{ root?: string, source?: string, folder?: string, terminal?: Terminal }} [where] `root` holds everything that
 *   is compiled; the `terminal` is told while it lasts
 * @returns {Promise<string | undefined>} a URL
 */
export async function compiledProgram({
  root = workspace,
  source = join(cliFolder, 'src/main.ts'),
  folder = join(cliFolder, 'dist'),
  terminal = process.stderr,
} = {}) {
  const known = await readFile(join(folder, 'program.json'), 'utf8')
    .then((text) => /** @type {Compiled} */ (JSON.parse(text)))
    .catch(() => undefined)
  if (known !== undefined && known.root === root && isCurrent(folder, known))
    return urlIn(folder, known.entry)
  const hint =
    known === undefined
      ? 'Compiling Sublet for the first time, so that commands start faster from now on…'
      : 'Compiling Sublet, once after each change…'
  if (terminal.isTTY) terminal.write(hint)
  try {
    return urlIn(folder, await compile(root, source, folder))
  } catch {
    return undefined
  } finally {
    if (terminal.isTTY) terminal.write('\r\x1b[K')
  }
}

/** @type {(folder: string, file: string) => string} */
const urlIn = (folder, file) => pathToFileURL(join(folder, file)).href

/** @type {(folder: string, compiled: Compiled) => boolean} */
function isCurrent(folder, { entry, root, stamps }) {
  if (!existsSync(join(folder, entry))) return false
  return stamps.every(({ path, mtimeMs, size }) => {
    const now = statSync(join(root, path), { throwIfNoEntry: false })
    return now?.mtimeMs === mtimeMs && now.size === size
  })
}

/**
 * Answers the name of the program's first file.
 *
 * @type {(root: string, source: string, folder: string) => Promise<string>}
 */
async function compile(root, source, folder) {
  await mkdir(folder, { recursive: true })
  await access(folder, constants.W_OK)
  const { build } = await import('esbuild')
  const startedMs = Date.now()
  const { metafile, outputFiles } = await build({
    entryPoints: [source],
    absWorkingDir: root,
    outdir: folder,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Libraries of the older kind ask for others while they run.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(${JSON.stringify(source)});`,
    },
    plugins: [keptLibraries, ownPlaces],
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  for (const { path, contents } of outputFiles) await writeOnce(path, contents)
  const main = Object.keys(metafile.outputs).find((path) => {
    const { entryPoint } = metafile.outputs[path] ?? {}
    return entryPoint !== undefined && resolve(root, entryPoint) === source
  })
  if (main === undefined) throw new Error('The compiler has made no program.')
  const stamps = stampsOf(root, Object.keys(metafile.inputs))
  // What changed while it was read is compiled again the next time.
  const endedMs = Date.now()
  const changed = stamps.some(({ mtimeMs }) => mtimeMs >= startedMs && mtimeMs <= endedMs)
  const entry = basename(main)
  if (!changed) await writeWhole(join(folder, 'program.json'), JSON.stringify({ entry, root, stamps }))
  await removeOld(folder, new Set(outputFiles.map(({ path }) => basename(path))))
  return entry
}

/**
 * Of the sources among what was read, of this file, and one for all libraries.
 *
 * @type {(root: string, inputs: readonly string[]) => Stamp[]}
 */
function stampsOf(root, inputs) {
  const own = inputs.filter((path) => !path.includes('node_modules/'))
  return [...own, relative(root, fileURLToPath(import.meta.url)), installed].flatMap((path) => {
    const found = statSync(join(root, path), { throwIfNoEntry: false })
    return found === undefined ? [] : [{ path, mtimeMs: found.mtimeMs, size: found.size }]
  })
}

/**
 * Libraries that load machine code or data from beside them stay where they are, and so do those that are loaded
 * late: of an older kind, they would lose their names.
 *
 * @type {import('esbuild').Plugin}
 */
const keptLibraries = {
  name: 'kept libraries',
  setup(build) {
    build.onResolve({ filter: /^[@\w]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      const isKept = kind === 'dynamic-import' || /^(dockerode|ssh2|cpu-features)$/.test(path)
      if (!isKept || pluginData === 'found') return undefined
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: 'found' })
      if (found.errors.length > 0 || found.external || !/[/\\]node_modules[/\\]/.test(found.path))
        return found
      return { path: kind === 'require-call' ? found.path : pathToFileURL(found.path).href, external: true }
    })
  },
}

/**
 * Modules that look for files beside themselves find them where they were.
 *
 * @type {import('esbuild').Plugin}
 */
const ownPlaces = {
  name: 'own places',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!/import\.meta\.(dirname|url)|__dirname|__filename/.test(text)) return undefined
      const folder = dirname(path)
      let contents = text
        .replaceAll('import.meta.dirname', JSON.stringify(folder))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
      for (const [name, value] of [
        ['__dirname', folder],
        ['__filename', path],
      ]) {
        const declares = new RegExp(`\\b(const|let|var)\\s+${name}\\b`)
        if (contents.includes(name ?? '') && !declares.test(contents))
          contents = `var ${name} = ${JSON.stringify(value)};${contents}`
      }
      return { loader: extname(path).endsWith('ts') ? 'ts' : 'js', contents }
    })
  },
}

/**
 * Files are named by what is in them, so one that is there is the same.
 *
 * @param {string} path
 * @param {Uint8Array} contents
 */
async function writeOnce(path, contents) {
  const found = await stat(path).catch(() => undefined)
  if (found?.size !== contents.length) return await writeWhole(path, contents)
  const now = new Date()
  await utimes(path, now, now)
}

/**
 * Others may read or write the same file at the same time.
 *
 * @param {string} path
 * @param {Uint8Array | string} contents
 */
async function writeWhole(path, contents) {
  const fresh = `${path}.${randomUUID()}`
  try {
    await writeFile(fresh, contents)
    await rename(fresh, path)
  } finally {
    await rm(fresh, { force: true })
  }
}

/**
 * @param {string} folder
 * @param {ReadonlySet<string>} needed
 */
async function removeOld(folder, needed) {
  for (const name of await readdir(folder)) {
    if (needed.has(name) || name === 'program.json') continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > keptMs) await rm(path, { force: true })
  }
}
