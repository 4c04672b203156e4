import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const architectures: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/**
 * The anvil executable from its npm package, without the Node script that the package puts before it.
 * @throws Error when npm has none for this platform.
 */
export function anvilBinary(
  platform: string = process.platform,
  architecture: string = process.arch,
): string {
  const name = `@foundry-rs/anvil-${platform}-${architectures[architecture] ?? architecture}`
  // The platform's package is a dependency of the main one, so it is looked for from there.
  const fromHere = createRequire(import.meta.url)
  const fromAnvil = createRequire(fromHere.resolve('@foundry-rs/anvil/package.json'))
  let manifest: string
  try {
    manifest = fromAnvil.resolve(`${name}/package.json`)
  } catch (cause) {
    throw new Error(
      `npm brought no anvil for this platform (${name}). Install without --omit=optional, or set SUBLET_RPC_URL to a chain.`,
      { cause },
    )
  }
  return join(dirname(manifest), 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil')
}
