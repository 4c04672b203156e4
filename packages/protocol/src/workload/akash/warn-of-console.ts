import { plainOf } from '../source/scalar.ts'
import type { Source } from '../source/source.ts'
import { consoleSurelyHashesAlike } from './console-alike.ts'
import { warnOfConsoleHash } from './console-hash.ts'
import { consoleView } from './console-refusal.ts'
import type { AkashFile } from './console-schema.ts'
import { consoleSurelyTakes } from './console-takes.ts'
import type { AkashDeployment } from './manifest.ts'
import type { Sdl } from './sdl.ts'

/**
 * Tells where Akash's console refuses a file in which nothing was wrong, or hashes it otherwise than a provider. Of most
 * files there is nothing to tell, which a short look finds out; the long ones explain.
 */
export function warnOfConsole(source: Source, sdl: Sdl, deployment: AkashDeployment): void {
  const isTaken = consoleSurelyTakes(source, sdl)
  const { tree, text, findings } = source
  if (isTaken && consoleSurelyHashesAlike(tree as AkashFile, text, sdl, deployment)) return
  const seen = isTaken ? (plainOf(tree) as AkashFile) : consoleView(source)
  if (seen !== undefined) warnOfConsoleHash(findings, seen, deployment)
}
