import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import { z } from 'zod'

/** What other commands need to reach the network that `sublet up` runs, or the controller that was started. */
export const networkFileSchema = z.object({
  controllerUrl: z.url(),
  token: z.string().min(16),
  /** Process that serves it. */
  pid: z.int().positive(),
  rpcUrl: z.url(),
  chainId: z.int().positive(),
  indexerUrl: z.url().optional(),
})
export type NetworkFile = z.infer<typeof networkFileSchema>

const pathIn = (dataDir: string) => join(dataDir, 'network.json')

/** Written whole or not at all, readable by its owner alone: it holds the token. */
export async function writeNetworkFile(dataDir: string, network: NetworkFile): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const temporary = `${pathIn(dataDir)}.${process.pid}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(network, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, pathIn(dataDir))
}

export async function removeNetworkFile(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true })
}

/** The running network. Throws `controller.unreachable` where there is none. */
export async function readNetworkFile(dataDir: string): Promise<NetworkFile> {
  const text = await readFile(pathIn(dataDir), 'utf8').catch(() => undefined)
  if (text === undefined) {
    throw new SubletError('controller.unreachable', `No network is running from ${dataDir}.`, {
      hint: 'Start one with `sublet up`, or name the folder of a running one with --data DIR.',
    })
  }
  const parsed = networkFileSchema.safeParse(safeJson(text))
  if (!parsed.success) {
    throw new SubletError('config.invalid', `${pathIn(dataDir)} is damaged.`, {
      hint: 'Stop `sublet up` and start it again; it writes the file anew.',
    })
  }
  return parsed.data
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
