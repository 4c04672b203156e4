import { readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import process from 'node:process'
import {
  badBytePlace,
  maxFileBytes,
  SubletError,
  variablesNamed,
  type WorkloadFormat,
  workloadInputs,
} from '@sublet/protocol'
import { Option } from 'commander'
import { magic } from './expand-globs.ts'

/** A workload file as text; `-` is what is piped in. Throws `workload.unreadable` with the cure. */
export async function readSourceFile(path: string, input: Input = process.stdin): Promise<string> {
  const bytes = path === '-' ? await pipedIn(input) : await bytesOf(path)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const place = badBytePlace(bytes)
    throw new SubletError('workload.unreadable', `${path} is not UTF-8 text in line ${place.line}.`, {
      hint: 'Save it as UTF-8.',
      details: { place },
      cause,
    })
  }
}

type Input = AsyncIterable<string | Uint8Array> & { isTTY?: boolean }

async function pipedIn(input: Input): Promise<Uint8Array> {
  if (input.isTTY === true) {
    throw new SubletError('workload.unreadable', 'Nothing is piped in for `-` to read.', {
      hint: 'Name a file, or write `cat FILE | sublet …`.',
    })
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk))
    length += chunk.length
    if (length > maxFileBytes) throw tooLarge('What is piped in')
  }
  return Buffer.concat(chunks)
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) {
    const found = magic.test(path) ? `No file matches ${path}.` : `There is no file ${path}.`
    throw new SubletError('workload.unreadable', found, {
      hint: 'Check the path; `examples/hello.yaml` is a file to start from.',
    })
  }
  if (info.isDirectory()) {
    throw new SubletError('workload.unreadable', `${path} is a folder.`, { hint: 'Name the file inside it.' })
  }
  if (info.size > maxFileBytes) throw tooLarge(path)
  return readFile(path).catch((cause: Error) => {
    throw new SubletError('workload.unreadable', `${path} cannot be read: ${cause.message}.`, {
      hint: 'See that you may read it.',
      cause,
    })
  })
}

function tooLarge(what: string): SubletError {
  return new SubletError('workload.unreadable', `${what} is larger than 1 MiB.`, {
    hint: 'A workload file describes what to run; put data into a volume or an image.',
  })
}

/** For a file that is taken for another format than it is in. */
export function formatOption(): Option {
  return new Option('--format <format>', 'guessed from the content unless said').choices([
    'sublet',
    'akash',
    'nosana',
    'compose',
  ] satisfies WorkloadFormat[])
}

/** What a workload file takes from around it, as readers and the controller want it. */
export interface SourceInputs {
  /** By the name used in the document. */
  files: Record<string, string>
  /** Only the variables that the document or one of its files names. */
  env: Record<string, string>
}

/**
 * The files beside a Compose file that it names (`env_file`, configs, secrets, and `.env`), and the variables that it
 * names. Only files inside its own folder are read.
 */
export async function readInputs(
  path: string,
  source: string,
  format?: WorkloadFormat,
  env: NodeJS.ProcessEnv = process.env,
): Promise<SourceInputs> {
  const folder = dirname(path)
  const files: Record<string, string> = {}
  const dotEnv = await readInside(folder, '.env')
  if (dotEnv !== undefined) files['.env'] = dotEnv
  const own = definedOnly(env)
  const named = workloadInputs(source, { file: path, format, files, env: own })
  for (const name of named.files) {
    const text = await readInside(folder, name)
    if (text !== undefined) files[name] = text
  }
  const variables = new Set([...named.variables, ...Object.values(files).flatMap(variablesNamed)])
  return { files, env: Object.fromEntries([...variables].flatMap((name) => entryOf(own, name))) }
}

async function readInside(folder: string, name: string): Promise<string | undefined> {
  const path = resolve(folder, name)
  const way = relative(resolve(folder), path)
  if (way === '' || way.startsWith('..') || isAbsolute(way)) return undefined
  const info = await stat(path).catch(() => undefined)
  if (!info?.isFile() || info.size > maxFileBytes) return undefined
  return readFile(path, 'utf8').catch(() => undefined)
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

function entryOf(env: Readonly<Record<string, string>>, name: string): [string, string][] {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  return value === undefined ? [] : [[name, value]]
}
