import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What a killed process had mounted in its folder, nobody else takes away. */
export async function unmountBeneath(folder: string): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8')
  for (const [, path = ''] of mounts.split('\n').map((line) => line.split(' '))) {
    if (path.startsWith(`${folder}/`)) await promisify(execFile)('umount', ['--lazy', path])
  }
}
