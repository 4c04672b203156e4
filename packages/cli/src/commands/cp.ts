import { mkdir, stat } from 'node:fs/promises'
import { posix, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { type LeaseFile, SubletError, sizeWords } from '@sublet/protocol'
import { packPath, unpackArchive } from '@sublet/service'
import type { Command } from 'commander'
import type { ControllerClient, FilePlace } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { type CopyEnd, copyEnd, landingOf, nameOf } from './copy-plan.ts'
import { findLease } from './find-lease.ts'

export function addCp(program: Command): void {
  program
    .command('cp')
    .argument('<from>', 'a path here, or LEASE[/SERVICE[/REPLICA]]:/path')
    .argument('<to>', 'the same')
    .action(async (fromText: string, toText: string, _options: object, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const from = copyEnd(fromText)
      const to = copyEnd(toText)
      if (from.kind === to.kind) {
        throw new SubletError('request.invalid', 'One side of a copy is here, the other in a lease.', {
          hint: 'Write the lease’s side as LEASE:/path.',
        })
      }
      const client = await controller()
      const place = await leasePlace(client, from.kind === 'lease' ? from : to)
      const copied =
        from.kind === 'local'
          ? await copyIn(client, output, from.path, place)
          : await copyOut(client, output, place, (to as { path: string }).path)
      output.result(copied, () => '')
    })
}

interface LeasePlace {
  leaseId: string
  place: FilePlace
}

interface Copied {
  from: string
  to: string
  bytes: number
  leftOut: string[]
}

async function leasePlace(client: ControllerClient, end: CopyEnd): Promise<LeasePlace> {
  if (end.kind !== 'lease') throw new SubletError('internal', 'A lease’s side of a copy is missing.')
  const { lease, kind: _kind, ...place } = end
  return { leaseId: findLease(await client.deployments(), lease).leaseId, place }
}

async function copyIn(
  client: ControllerClient,
  output: Output,
  from: string,
  { leaseId, place }: LeasePlace,
): Promise<Copied> {
  const here = await localFile(from)
  if (here === undefined) {
    throw new SubletError('file.not-found', `There is no ${from} here.`, {
      hint: 'Check the path; a place in a lease is written LEASE:/path.',
    })
  }
  const there = await client.statFile(leaseId, place)
  const { folder, name } = landingOf(place.path, there, {
    name: nameOf(from, resolve(from)),
    isFolder: here.kind === 'folder',
  })
  const leftOut: string[] = []
  let bytes = 0
  await shown(output, `${from} → ${name}`, here.kind === 'file' ? here.sizeBytes : undefined, (say) => {
    const archive = packPath({
      path: resolve(from),
      name,
      onBytes: (done) => {
        bytes = done
        say(done)
      },
      onLeftOut: (entry) => leftOut.push(entry),
    })
    return client.uploadFiles(leaseId, { ...place, path: folder }, archive)
  })
  return { from, to: posix.join(folder, name), bytes, leftOut }
}

async function copyOut(
  client: ControllerClient,
  output: Output,
  { leaseId, place }: LeasePlace,
  to: string,
): Promise<Copied> {
  const there = await client.statFile(leaseId, place)
  if (there === undefined) {
    throw new SubletError('file.not-found', `There is no ${place.path} in the lease.`, {
      hint: 'Check the path; `sublet exec LEASE -- ls` shows what is there, where the image has an ls.',
    })
  }
  const { folder, name } = landingOf(to, await localFile(to), {
    name: posix.basename(place.path) || 'root',
    isFolder: there.kind === 'folder',
  })
  await mkdir(resolve(folder), { recursive: true })
  const total = there.kind === 'file' ? there.sizeBytes : undefined
  const { bytes, leftOut } = await shown(output, `${place.path} → ${to}`, total, (say) =>
    unpackArchive(Readable.from(client.downloadFiles(leaseId, place), { objectMode: false }), {
      into: resolve(folder),
      topName: name,
      onBytes: say,
    }),
  )
  return { from: place.path, to: posix.join(folder, name), bytes, leftOut }
}

async function localFile(path: string): Promise<Pick<LeaseFile, 'kind' | 'sizeBytes'> | undefined> {
  const seen = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new SubletError('file.refused', `${path} cannot be looked at: ${error.code}.`, { cause: error })
  })
  if (seen === undefined) return undefined
  return { kind: seen.isDirectory() ? 'folder' : seen.isFile() ? 'file' : 'other', sizeBytes: seen.size }
}

const sayEveryBytes = 1_000_000

/** Runs a copy with its progress shown. */
async function shown<T>(
  output: Output,
  what: string,
  totalBytes: number | undefined,
  copy: (say: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const progress = output.progress(what)
  let said = 0
  let last = 0
  try {
    const result = await copy((bytes) => {
      last = bytes
      if (bytes - said < sayEveryBytes || !process.stderr.isTTY) return
      said = bytes
      progress.update(
        `${what}  ${sizeWords(bytes)}${totalBytes === undefined ? '' : ` of ${sizeWords(totalBytes)}`}`,
      )
    })
    progress.done(`${what}  ${sizeWords(last)}`)
    return result
  } catch (error) {
    progress.failed(what)
    throw error
  }
}
