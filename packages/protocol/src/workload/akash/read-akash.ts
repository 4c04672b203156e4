import type { Source } from '../source/source.ts'
import type { Workload } from '../workload.ts'
import { decodeSdl } from './decode-sdl.ts'
import { normalWorkload } from './normal-form.ts'
import type { Sdl } from './sdl.ts'
import { validateSdl } from './validate-sdl.ts'

/** Reads Akash SDL 2.0 and 2.1, accepting exactly what Akash's own Go parser accepts. */
export function readAkash(source: Source): Workload | undefined {
  return readAkashSdl(source)?.workload
}

/** The same with the file as Akash sees it, for its manifest and groups. */
export function readAkashSdl(source: Source): { sdl: Sdl; workload: Workload } | undefined {
  const { findings, tree } = source
  const sdl = decodeSdl(findings, tree)
  if (sdl === undefined) return undefined
  validateSdl(findings, sdl)
  if (findings.hasErrors) return undefined
  const workload = normalWorkload(findings, sdl)
  return workload === undefined || findings.hasErrors ? undefined : { sdl, workload }
}
