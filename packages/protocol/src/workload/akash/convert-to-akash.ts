import { warnOfClearSecrets } from '../clear-secrets.ts'
import type { Finding, ReadOptions, WorkloadFormat } from '../finding.ts'
import { placesInFile } from '../place-of-service.ts'
import { openSource, readWorkload } from '../read-workload.ts'
import { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import type { Source } from '../source/source.ts'
import type { Workload } from '../workload.ts'
import { decodeSdl } from './decode-sdl.ts'
import type { Part } from './losses.ts'
import { type AkashDeployment, type AkashGroup, type AkashManifest, buildDeployment } from './manifest.ts'
import { readAkashDeployment } from './read-akash.ts'
import { validateSdl } from './validate-sdl.ts'
import { akashVersionHash } from './version-hash.ts'
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
  /** As in `ReadResult`. */
  readonly findings: readonly Finding[]
}

/** Reads a file of any format and gives its manifest, groups and hash on Akash, saying what is lost on the way. */
export function convertToAkash(text: string | Uint8Array, options: ReadOptions): AkashConversion {
  const { source, format } = openSource(text, options)
  if (format !== 'akash') {
    const { workload, findings, format: read } = readWorkload(text, options)
    if (workload === undefined) return { format: read, findings }
    const written = akashFormOf(workload, options.file, format === undefined ? undefined : { source, format })
    return { format: read, akash: written.akash, findings: [...findings, ...written.findings] }
  }
  const { findings, tree } = source
  findings.postpone(() => warnOfClearSecrets(findings, tree, format))
  const read = readAkashDeployment(source)
  return new Conversion(read === undefined ? undefined : akashForm(source.text, read.deployment), findings)
}

/** Of a file that is Akash's already. */
class Conversion implements AkashConversion {
  readonly format = 'akash'
  readonly akash: AkashForm | undefined
  readonly #findings: Findings

  constructor(akash: AkashForm | undefined, findings: Findings) {
    this.akash = akash
    this.#findings = findings
  }

  get findings(): readonly Finding[] {
    return this.#findings.told()
  }
}

function akashForm(sdl: string, { manifest, groups }: AkashDeployment): AkashForm {
  return { sdl, manifest, groups, hash: akashVersionHash(manifest) }
}

const priceMend: Readonly<Record<WorkloadFormat, string>> = {
  sublet: 'write `price: 0.40/h`',
  compose: 'write `x-sublet: {price: 0.40/h}`',
  nosana: 'convert the file to Sublet YAML first, and write `price: 0.40/h` there',
  akash: 'write a price under `pricing`',
}

/** The same for a workload that was read already. Findings stand in the file that it came from, where that is given. */
export function akashFormOf(
  workload: Workload,
  file: string,
  origin?: { source: Source; format: WorkloadFormat },
): { akash?: AkashForm | undefined; findings: readonly Finding[] } {
  const { text, file: written, losses, unpriced, noGpu } = writeAkashSdl(workload)
  const findings = new Findings(file, origin?.source.text ?? '')
  const places = placesInFile(origin?.source.tree, origin?.format ?? 'sublet')
  const groupOf = (service: string) =>
    workload.groups.find(({ services }) => services.some(({ name }) => name === service))?.name
  const placeOf = ({ service, port }: Part): Path => {
    if (service === undefined) return []
    return port === undefined
      ? places.service(groupOf(service), service)
      : places.port(groupOf(service), service, port)
  }
  for (const { what, part } of losses)
    findings.warn(placeOf(part), 'akash.lost', `Akash has no words for ${what}.`, {
      at: part.port === undefined ? 'key' : 'value',
    })
  for (const name of unpriced) {
    findings.warn(
      [],
      'akash.no-price',
      `Akash wants a highest price and there is none for ${name}, so its largest is written: 10,000,000 uact for each block.`,
      { mend: priceMend[origin?.format ?? 'sublet'] },
    )
  }
  for (const name of noGpu) {
    findings.error(
      placeOf({ service: name }),
      'akash.gpu-vendor',
      `Akash rents GPUs of nvidia only, and ${name} asks for others.`,
      {
        at: 'key',
        mend: 'name a model of nvidia, such as h100, or run it on this network',
      },
    )
  }
  const decoding = new Findings(file, text)
  const sdl = decodeSdl(decoding, written)
  const placed = sdl === undefined ? [] : validateSdl(decoding, sdl)
  for (const { severity, code, message, expected, path } of decoding.told()) {
    if (severity !== 'error') continue
    // What would mend the SDL says nothing to whoever wrote another format.
    const [section, second, third] = path
    const service = section === 'profiles' && second === 'compute' ? third : second
    const known = typeof service === 'string' && groupOf(service) !== undefined ? { service } : {}
    const mend = code === 'akash.not-global' ? 'let a port of it be public' : undefined
    const said = `As Akash SDL, at ${path.join('.')}: ${message}`
    findings.error(placeOf(known), code, said, { at: 'key', expected, mend })
  }
  if (sdl === undefined || findings.hasErrors) return { findings: findings.told() }
  return { akash: akashForm(text, buildDeployment(sdl, placed)), findings: findings.told() }
}
