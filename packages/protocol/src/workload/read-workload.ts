import { readAkash } from './akash/read-akash.ts'
import { warnOfClearSecrets } from './clear-secrets.ts'
import { readCompose } from './compose/read-compose.ts'
import type { Finding, ReadOptions, ReadResult, WorkloadFormat } from './finding.ts'
import { guessFormat } from './guess-format.ts'
import { readNosana } from './nosana/read-nosana.ts'
import { placesInFile } from './place-of-service.ts'
import { Findings } from './source/findings.ts'
import { parseText } from './source/parse-text.ts'
import { secondDocumentPlace } from './source/places.ts'
import type { Source, WorkloadReader } from './source/source.ts'
import { readSublet } from './sublet/read-sublet.ts'
import { warnOfUnkept } from './unkept.ts'
import { warnOfUnknownHardware } from './warn-of-unknown.ts'
import type { Workload } from './workload.ts'

const readers: Readonly<Partial<Record<WorkloadFormat, WorkloadReader>>> = {
  akash: readAkash,
  compose: readCompose,
  nosana: readNosana,
  sublet: readSublet,
}

/**
 * Reads a workload in any of the formats. What a file says never makes it throw: everything wrong is in `findings`,
 * and `workload` is there only if none of them is an error.
 */
export function readWorkload(text: string | Uint8Array, options: ReadOptions): ReadResult {
  const { source, format } = openSource(text, options)
  const workload = format === undefined ? undefined : readSource(source, format)
  const isRead = workload !== undefined && !source.findings.hasErrors
  return new Reading(format ?? options.format ?? 'sublet', isRead ? workload : undefined, source.findings)
}

class Reading implements ReadResult {
  readonly format: WorkloadFormat
  readonly workload: Workload | undefined
  readonly #findings: Findings

  constructor(format: WorkloadFormat, workload: Workload | undefined, findings: Findings) {
    this.format = format
    this.workload = workload
    this.#findings = findings
  }

  get findings(): readonly Finding[] {
    return this.#findings.told()
  }
}

function readSource(source: Source, format: WorkloadFormat): Workload | undefined {
  const { findings, tree } = source
  const reader = readers[format]
  if (reader === undefined) {
    findings.error([], 'workload.format-unknown', `There is no reader for the ${format} format.`)
    return undefined
  }
  // Akash's own parser reads the first document and never looks at the rest.
  if (source.documents > 1 && format !== 'akash') {
    findings.errorAt(
      secondDocumentPlace(source.text),
      'yaml.more-documents',
      'The file holds more than one YAML document.',
      { mend: 'keep one document in a file' },
    )
  }
  findings.postpone(() => warnOfClearSecrets(findings, tree, format))
  const workload = reader(source)
  if (workload !== undefined) findings.postpone(() => warnOfHopes(source, format, workload))
  // A reader that found nothing to run and nothing to say; Nosana takes such files, so its reader only warns.
  else if (findings.isEmpty) {
    findings.error([], 'workload.nothing-to-run', 'The file says nothing to run.', {
      expected: 'at least one service or operation with an image',
    })
  }
  return workload
}

/** Warns of what the file asks for and will not get. */
function warnOfHopes({ findings, tree }: Source, format: WorkloadFormat, workload: Workload): void {
  const places = () => placesInFile(tree, format)
  warnOfUnkept(findings, workload, places)
  // Akash's own parser makes nvidia of every vendor, and takes any architecture.
  if (format !== 'akash') warnOfUnknownHardware(findings, workload, places)
}

/** Parses a file and decides its format; `format` is absent when the file cannot be read at all. */
export function openSource(
  text: string | Uint8Array,
  options: ReadOptions,
): { source: Source; format: WorkloadFormat | undefined } {
  const parsed = parseText(text)
  const findings = new Findings(options.file, parsed.text)
  const documents = 'documents' in parsed ? parsed.documents : []
  const source: Source = {
    file: options.file,
    text: parsed.text,
    tree: documents[0],
    documents: documents.filter((document, index) => index === 0 || document !== null).length,
    env: options.env ?? {},
    files: options.files ?? {},
    secretsByName: options.secretsByName ?? false,
    findings,
  }
  if ('refusal' in parsed) {
    const { code, message, mend, line, column } = parsed.refusal
    findings.errorAt({ line, column }, code, message, { mend })
    return { source, format: undefined }
  }
  for (const place of parsed.duplicates ?? [])
    findings.errorAt(place, 'yaml.duplicate-key', 'This key is written twice.', {
      mend: 'Keep one of the two.',
    })
  return { source, format: options.format ?? guessFormat(source.tree, options.file) }
}
