import { readFile } from 'node:fs/promises'
import { SubletError } from '@sublet/protocol'
import type { ConfigSources } from './config.ts'

/** A JSON file of settings by name, for `readConfig`. Throws `config.invalid` when it can't be read. */
export async function readConfigFile(path: string): Promise<NonNullable<ConfigSources['file']>> {
  try {
    const values: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (values === null || typeof values !== 'object' || Array.isArray(values)) {
      throw new SyntaxError('it is not an object of settings')
    }
    return { path, values: values as Record<string, unknown> }
  } catch (cause) {
    const why =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    throw new SubletError('config.invalid', `The configuration file ${path} cannot be read: ${why}.`, {
      hint: 'Name a readable JSON file such as {"port": 8080}, or leave it out.',
      cause,
    })
  }
}
