import type { Source } from '../source/source.ts'
import { warnOfConsoleHash } from './console-hash.ts'
import { consoleView } from './console-refusal.ts'
import type { AkashDeployment } from './manifest.ts'

/** Tells where Akash's console refuses a file in which nothing was wrong, or hashes it otherwise than a provider. */
export function warnOfConsole(source: Source, deployment: AkashDeployment): void {
  const seen = consoleView(source)
  if (seen !== undefined) warnOfConsoleHash(source.findings, seen, deployment)
}
