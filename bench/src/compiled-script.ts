import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiledProgram } from '@sublet/cli/compiled-program'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What to give Node to run a script as the product runs, which is compiled. Throws where it cannot be: measured from
 * the sources, reading them would be most of it.
 */
export async function compiledScript(source: string): Promise<string[]> {
  const folder = fileURLToPath(new URL(`../dist/${basename(source, '.ts')}`, import.meta.url))
  const url = await compiledProgram({ root: repository, source, folder })
  if (url === undefined) throw new Error(`${source} cannot be compiled into ${folder}`)
  return [fileURLToPath(url)]
}
