import type { Finding, ReadOptions, WorkloadFormat } from '../finding.ts'
import { openSource, readWorkload } from '../read-workload.ts'
import { Findings } from '../source/findings.ts'
import type { Workload } from '../workload.ts'
import { decodeSdl } from './decode-sdl.ts'
import { type AkashGroup, type AkashManifest, buildDeployment } from './manifest.ts'
import { readAkashDeployment } from './read-akash.ts'
import { validateSdl } from './validate-sdl.ts'
import { hashOfBuilt } from './version-hash.ts'
import { writeAkashSdl } from './write-akash.ts'

/** What Akash makes of a workload. */
export interface AkashForm {
  /** The SDL file. */
  sdl: string
  manifest: AkashManifest
  groups: AkashGroup[]
  /** SHA-256 of the manifest as Akash computes it, in hexadecimal. */
  hash: string
}

export interface AkashConversion {
  format: WorkloadFormat
  /** Absent when the file cannot be read or Akash would refuse the workload; `findings` say why. */
  akash?: AkashForm | undefined
  findings: readonly Finding[]
}

/** Reads a file of any format and gives its manifest, groups and hash on Akash, saying what is lost on the way. */
export function convertToAkash(text: string | Uint8Array, options: ReadOptions): AkashConversion {
  const { source, format } = openSource(text, options)
  if (format !== 'akash') {
    const { workload, findings, format: read } = readWorkload(text, options)
    if (workload === undefined) return { format: read, findings }
    const written = akashFormOf(workload, options.file)
    return { format: read, akash: written.akash, findings: [...findings, ...written.findings] }
  }
  const result = readAkashDeployment(source)
  const findings = source.findings.list
  if (result === undefined) return { format, findings }
  const { manifest, groups } = result.deployment
  return { format, findings, akash: { sdl: source.text, manifest, groups, hash: hashOfBuilt(manifest) } }
}

/** The same for a workload that was read already. Findings have no place in the file they came from. */
export function akashFormOf(
  workload: Workload,
  file: string,
): { akash?: AkashForm | undefined; findings: readonly Finding[] } {
  const { text, file: written, losses } = writeAkashSdl(workload)
  const findings = new Findings(file, '')
  for (const loss of losses) findings.warn([], 'akash.lost', `Akash has no words for ${loss}.`)
  const decoding = new Findings(file, text)
  const sdl = decodeSdl(decoding, written)
  if (sdl !== undefined) validateSdl(decoding, sdl)
  for (const { severity, code, message, expected, mend, path } of decoding.list) {
    if (severity === 'error')
      findings.error([], code, `As Akash SDL, at ${path.join('.')}: ${message}`, { expected, mend })
  }
  if (sdl === undefined || decoding.hasErrors) return { findings: findings.list }
  const { manifest, groups } = buildDeployment(sdl)
  return { akash: { sdl: text, manifest, groups, hash: hashOfBuilt(manifest) }, findings: findings.list }
}
