import { readFile, rename, writeFile } from 'node:fs/promises'
import { type NetworkAddresses, parseNetworkAddresses, serializeNetworkAddresses } from '@sublet/contracts'
import { addressSchema, SubletError } from '@sublet/protocol'
import { z } from 'zod'

/** What another machine needs to take part in a network: its chain and its indexers. Nothing in it is secret. */
const joinFileSchema = z.object({
  rpcUrl: z.url(),
  addresses: z.record(z.string(), z.unknown()),
  indexers: z
    .array(
      z.object({
        url: z.url(),
        address: addressSchema,
        tunnel: z.object({ host: z.string(), port: z.int() }),
        ingress: z.object({ domain: z.string(), port: z.int() }),
      }),
    )
    .min(1),
})
export type JoinFile = Omit<z.output<typeof joinFileSchema>, 'addresses'> & { addresses: NetworkAddresses }

export async function writeJoinFile(path: string, network: JoinFile): Promise<void> {
  const plain = { ...network, addresses: JSON.parse(serializeNetworkAddresses(network.addresses)) as unknown }
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(plain, null, 2)}\n`)
  await rename(temporary, path)
}

/** Throws `config.invalid` with the cure where the file is missing or damaged. */
export async function readJoinFile(path: string): Promise<JoinFile> {
  const hint =
    'Take join.json from the data folder of a running `sublet up`, and name it with --network FILE.'
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SubletError('config.invalid', `There is no network file ${path}.`, { hint, cause })
  })
  try {
    const { addresses, ...rest } = joinFileSchema.parse(JSON.parse(text))
    return { ...rest, addresses: parseNetworkAddresses(JSON.stringify(addresses)) }
  } catch (cause) {
    throw new SubletError('config.invalid', `${path} does not describe a network.`, { hint, cause })
  }
}
