import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Address, Hex } from 'viem'
import type { Journal, JournalStep } from './transactions.ts'

interface JournalFile {
  chainId: number
  deployer: Address
  genesisSeconds: number
  steps: JournalStep[]
}

/**
 * A deployment's steps in a file, so that one that was broken off goes on where it stopped. Made with the chain's time at its
 * beginning, for that goes into what is deployed.
 * @throws Error when the file is of another chain or another deployer.
 */
export async function openDeploymentJournal(
  path: string,
  begin: { chainId: number; deployer: Address; genesisSeconds: number },
): Promise<Journal & { genesisSeconds: number }> {
  const found = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  const file: JournalFile = found === undefined ? { ...begin, steps: [] } : (JSON.parse(found) as JournalFile)
  if (file.chainId !== begin.chainId || file.deployer !== begin.deployer) {
    throw new Error(
      `${path} is of a deployment to chain ${file.chainId} by ${file.deployer}: go on with those, or remove it.`,
    )
  }
  async function save(): Promise<void> {
    const temporary = `${path}.${process.pid}.tmp`
    await writeFile(temporary, `${JSON.stringify(file, null, 2)}\n`)
    await rename(temporary, path)
  }
  return {
    genesisSeconds: file.genesisSeconds,
    step: (index) => file.steps[index],
    async write(index: number, step: { transaction: Hex; what: Hex }) {
      file.steps[index] = step
      await save()
    },
  }
}
