import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'

/** The folder that keeps wallets, the embedded chain and database: `--data`, `SUBLET_DATA`, or `~/.sublet`. */
export function dataDirOf(flag: string | undefined): string {
  return resolve(flag ?? process.env.SUBLET_DATA ?? join(homedir(), '.sublet'))
}
