import { readFile, rename, writeFile } from 'node:fs/promises'
import {
  type NetworkAddresses,
  parseNetworkAddresses,
  serializeNetworkAddresses,
} from './network-addresses.ts'

/** Reads a network's file; undefined when there is none. */
export async function readNetworkAddresses(path: string): Promise<NetworkAddresses | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return parseNetworkAddresses(text)
}

/** Writes a network's file whole or not at all. */
export async function writeNetworkAddresses(path: string, addresses: NetworkAddresses): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, serializeNetworkAddresses(addresses))
  await rename(temporary, path)
}
