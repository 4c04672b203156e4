import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What decides how the built page looks: tests and fixtures are not part of it. */
export function isShipped(path: string): boolean {
  return !/\.test\.tsx?$/.test(path) && !/(^|[\\/])(testing|node_modules|dist|cache)[\\/]/.test(path)
}

/**
 * A name for the content of files and folders: the same bytes at the same paths give the same stamp, wherever the
 * checkout lies and whenever its files were touched. Paths that do not exist count as empty.
 */
export async function stampSources(root: string, paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map((path) => filesUnder(join(root, path))))).flat()
  const named = files.map((file) => ({ file, name: relative(root, file).replaceAll('\\', '/') }))
  const shipped = named.filter(({ name }) => isShipped(name)).sort((a, b) => (a.name < b.name ? -1 : 1))
  const contents = await Promise.all(shipped.map(({ file }) => readFile(file)))
  const hash = createHash('sha256')
  for (const [index, { name }] of shipped.entries()) {
    const content = contents[index] ?? Buffer.alloc(0)
    hash.update(`${name}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOTDIR') return undefined
    if (code === 'ENOENT') return []
    throw error
  })
  if (entries === undefined) return [path]
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
