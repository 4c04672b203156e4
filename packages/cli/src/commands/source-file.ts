import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SubletError } from '@sublet/protocol'

const maxFileBytes = 1024 * 1024

/** A workload file as text. Throws `workload.unreadable` with the cure. */
export async function readSourceFile(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) {
    throw new SubletError('workload.unreadable', `There is no file ${path}.`, {
      hint: 'Check the path; `examples/hello.yaml` is a file to start from.',
    })
  }
  if (info.isDirectory()) {
    throw new SubletError('workload.unreadable', `${path} is a folder.`, { hint: 'Name the file inside it.' })
  }
  if (info.size > maxFileBytes) {
    throw new SubletError('workload.unreadable', `${path} is larger than 1 MiB.`, {
      hint: 'A workload file describes what to run; put data into a volume or an image.',
    })
  }
  const bytes = await readFile(path)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SubletError('workload.unreadable', `${path} is not UTF-8 text.`, {
      hint: 'Save it as UTF-8.',
      cause,
    })
  }
}

/**
 * The small files beside a Compose file that it may name (`.env`, `env_file`, configs, secrets), by the name used
 * in the document. Only names that stay inside the file's own folder are read.
 */
export async function readNamedFiles(path: string, source: string): Promise<Record<string, string>> {
  const folder = dirname(path)
  const names = new Set(['.env'])
  for (const match of source.matchAll(
    /^\s*(?:-\s*)?(?:(?:env_file|file|path):\s*)?["']?(\.{0,2}[\w./-]+)["']?\s*$/gm,
  )) {
    if (match[1] !== undefined) names.add(match[1])
  }
  const files: Record<string, string> = {}
  for (const name of names) {
    const inside = join(folder, name)
    if (!inside.startsWith(folder === '.' ? '' : folder) || name.includes('..') || name.startsWith('/'))
      continue
    if (basename(inside) === basename(path)) continue
    const info = await stat(inside).catch(() => undefined)
    if (info?.isFile() && info.size <= maxFileBytes) files[name] = await readFile(inside, 'utf8')
  }
  return files
}
