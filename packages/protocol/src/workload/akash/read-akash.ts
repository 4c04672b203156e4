import type { Source } from '../source/source.ts'
import type { Workload } from '../workload.ts'
import { decodeSdl } from './decode-sdl.ts'
import { type AkashDeployment, buildDeployment } from './manifest.ts'
import { normalWorkload } from './normal-form.ts'
import { validateSdl } from './validate-sdl.ts'
import { warnOfConsole } from './warn-of-console.ts'

/** Reads Akash SDL 2.0 and 2.1, accepting exactly what Akash's own Go parser accepts. */
export function readAkash(source: Source): Workload | undefined {
  return readAkashDeployment(source)?.workload
}

/** The same with the manifest and the groups that Akash makes of the file. */
export function readAkashDeployment(
  source: Source,
): { deployment: AkashDeployment; workload: Workload } | undefined {
  const { findings, tree } = source
  const sdl = decodeSdl(findings, tree)
  if (sdl === undefined) return undefined
  const placed = validateSdl(findings, sdl)
  if (findings.hasErrors) return undefined
  const deployment = buildDeployment(sdl, placed)
  findings.postpone(() => warnOfConsole(source, deployment))
  const workload = normalWorkload(findings, sdl, placed)
  return workload === undefined || findings.hasErrors ? undefined : { deployment, workload }
}
