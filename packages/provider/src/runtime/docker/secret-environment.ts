import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { SubletError } from '@sublet/protocol'
import type { InstanceFile } from '../runtime.ts'
import { launchPrograms } from './launch-programs.ts'

/**
 * Docker writes a container's environment into its configuration on the disk. Secret variables therefore lie in a file
 * in memory, which a small program of the provider's own (native/launch.c), mounted into the container, reads before it
 * becomes the workload's program: same process, so signals and exit codes are the program's.
 */
export const launcherPath = '/.sublet/launch'
const environmentPath = '/.sublet/environment'

/** The variables as the launcher reads them. Throws `request.invalid` for names that no environment can hold. */
export function environmentFile(variables: Readonly<Record<string, string>>): InstanceFile {
  const entries = Object.entries(variables).map(([name, value]) => {
    if (name === '' || /[=\0]/.test(name) || value.includes('\0')) {
      throw new SubletError('request.invalid', `${name} cannot be the name of a secret variable.`, {
        hint: 'Use letters, digits and underscores, and no zero bytes in the value.',
      })
    }
    return `${name}=${value}\0`
  })
  // Whatever user the image runs as must be able to read it; nobody else sees the mount.
  return { path: environmentPath, mode: 0o444, bytes: new TextEncoder().encode(entries.join('')) }
}

/** The command that runs another with the secret variables. */
export function launched(command: readonly string[]): string[] {
  return [launcherPath, environmentPath, ...command]
}

/**
 * Puts the launcher for this machine's processor into a folder; answers where it lies, undefined where there is none for
 * it. Not in memory, where many a machine lets nothing run.
 */
export async function placeLauncher(
  folder: string,
  architecture: string = process.arch,
): Promise<string | undefined> {
  const program = launchPrograms[architecture]
  if (program === undefined) return undefined
  const bytes = gunzipSync(Buffer.from(program, 'base64'))
  const place = join(folder, 'launch')
  const present = await readFile(place).catch(() => undefined)
  if (present?.equals(bytes)) return place
  await mkdir(folder, { recursive: true })
  // Containers that run may have the one from before.
  await writeFile(`${place}.new`, bytes, { mode: 0o555 })
  await rename(`${place}.new`, place)
  return place
}
