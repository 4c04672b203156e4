import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Hex, SubletError } from '@sublet/protocol'
import type { InstanceFile, InstanceOwner } from '../runtime.ts'

/**
 * Keeps a lease's files in memory (`/dev/shm`) for containers to mount, so that what a manifest carries sealed never
 * lies on a disk in clear.
 */
export interface MemoryFiles {
  /** Answers where each file lies, by its path inside the instance. */
  write(owner: InstanceOwner, files: readonly InstanceFile[]): Promise<Map<string, string>>
  remove(leaseId: Hex): Promise<void>
}

/** Containers get their files by mounts, whatever user they run as; nobody else of this machine has any way to them. */
const onlyOwner = 0o700

export function createMemoryFiles(root: string): MemoryFiles {
  const leaseFolder = (leaseId: Hex) => join(root, leaseId.slice(2, 34))
  return {
    async write(owner, files) {
      const sources = new Map<string, string>()
      if (files.length === 0) return sources
      const folder = join(leaseFolder(owner.leaseId), `${owner.service}-${owner.replica}`)
      await claim(root)
      await mkdir(folder, { recursive: true, mode: onlyOwner })
      for (const file of files) {
        // Paths are the tenant's; only their hash becomes a name here.
        const source = join(folder, createHash('sha256').update(file.path).digest('hex').slice(0, 32))
        await rm(source, { force: true })
        await writeFile(source, file.bytes, { mode: 0o600 })
        await chmod(source, file.mode & 0o777)
        sources.set(file.path, source)
      }
      return sources
    },
    async remove(leaseId) {
      await rm(leaseFolder(leaseId), { recursive: true, force: true })
    },
  }
}

/** Makes the folder this user's alone. Throws where somebody else was there first: everybody may write to `/dev/shm`. */
async function claim(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: onlyOwner })
  const found = await lstat(root)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new SubletError(
      'runtime.failed',
      `${root} is not this user's folder, so no secrets are put there.`,
      {
        hint: `Find out who made it, then remove it: sudo rm -r ${root}`,
      },
    )
  }
  await chmod(root, onlyOwner)
}
