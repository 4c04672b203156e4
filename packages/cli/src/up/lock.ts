import { open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SubletError } from '@sublet/protocol'
import { explainFolderError, makeFolder } from '@sublet/service'

export interface Lock extends AsyncDisposable {
  release(): Promise<void>
}

interface Holder {
  pid: number
  startedAt: string
}

/** When a process started, in the kernel's ticks, so that a reused process id is not taken for the old process. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch {
    return undefined
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/**
 * Only one `sublet up` may run in a folder. A lock left by a killed process is taken over. Throws `config.invalid`
 * where another one runs.
 */
export async function acquireLock(path: string): Promise<Lock> {
  await makeFolder(dirname(path))
  const mine: Holder = { pid: process.pid, startedAt: (await startOf(process.pid)) ?? '' }
  for (let attempt = 0; attempt < 5; attempt++) {
    const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw explainFolderError(dirname(path), error)
      return undefined
    })
    if (file !== undefined) {
      await file.writeFile(JSON.stringify(mine))
      await file.close()
      const release = () => rm(path, { force: true })
      return { release, [Symbol.asyncDispose]: release }
    }
    const holder = await holderOf(path)
    if (holder !== undefined && (await startOf(holder.pid)) === holder.startedAt) {
      throw new SubletError(
        'config.invalid',
        `A network already runs from ${dirname(path)} (process ${holder.pid}).`,
        {
          hint: 'Use that one, stop it with Ctrl-C, or start another with --data DIR --port PORT.',
        },
      )
    }
    await rm(path, { force: true })
  }
  throw new SubletError('config.invalid', `The lock ${path} cannot be taken.`, {
    hint: 'Another `sublet up` is starting in the same folder; wait for it, or use --data DIR.',
  })
}
