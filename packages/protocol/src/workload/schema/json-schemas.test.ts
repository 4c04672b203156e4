import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import { expect, test } from 'vitest'
import type { WorkloadFormat } from '../finding.ts'
import { readWorkload } from '../read-workload.ts'
import { parseText } from '../source/parse-text.ts'
import { plainOf } from '../source/scalar.ts'
import { mutate, seededRandom } from '../testing/mutate.ts'
import { seedFiles } from '../testing/seed-files.ts'

const root = fileURLToPath(new URL('../../../../../', import.meta.url))
const validators = new Map<WorkloadFormat, ValidateFunction>()

function validator(format: WorkloadFormat): ValidateFunction {
  const known = validators.get(format)
  if (known !== undefined) return known
  const schema = JSON.parse(readFileSync(`${root}docs/schema/${format}.schema.json`, 'utf8')) as object
  const made = new Ajv({ strictTypes: false, allowUnionTypes: true }).compile(schema)
  validators.set(format, made)
  return made
}

/** What an editor would flag in a file that runs; undefined where it would not, or where the file does not run. */
function flagged(text: string, file: string, format?: WorkloadFormat): string | undefined {
  const read = readWorkload(text, format === undefined ? { file } : { file, format })
  if (read.workload === undefined) return undefined
  // The schema of Akash files is the console's, which is stricter than providers; a warning tells where it matters.
  if (read.findings.some(({ code }) => code === 'akash.console-refuses')) return undefined
  const parsed = parseText(text)
  const tree = 'documents' in parsed ? plainOf(parsed.documents[0]) : undefined
  // JSON has no infinity.
  if (/\.(inf|nan)\b|1e999|9{309}/i.test(text)) return undefined
  const validate = validator(read.format)
  return validate(tree)
    ? undefined
    : `${file} as ${read.format}: ${JSON.stringify(validate.errors?.slice(0, 3))}\n${text.slice(0, 1500)}`
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ya?ml|json)$/.test(path) && statSync(`${folder}/${path}`).isFile())
    .map((path) => `${folder}/${path}`)
}

test('an editor flags nothing in the examples', () => {
  const examples = filesIn(`${root}examples`)
  expect(examples.length).toBeGreaterThan(2)
  for (const path of examples) expect(flagged(readFileSync(path, 'utf8'), path)).toBeUndefined()
})

test('an editor flags nothing in files that run, whoever wrote them', { timeout: 60_000 }, () => {
  const vectors = `${root}../shared/vectors`
  for (const path of [...filesIn(`${vectors}/akash/input`), ...filesIn(`${vectors}/nosana/input`)])
    expect(flagged(readFileSync(path, 'utf8'), path)).toBeUndefined()
  const probes = `${vectors}/nosana/probes.json`
  if (!existsSync(probes)) return
  for (const { name, definition } of JSON.parse(readFileSync(probes, 'utf8')) as {
    name: string
    definition: unknown
  }[])
    expect(flagged(JSON.stringify(definition), name, 'nosana')).toBeUndefined()
})

test('an editor flags nothing in changed files that still run', { timeout: 120_000 }, () => {
  const random = seededRandom(3)
  for (const text of seedFiles) expect(flagged(text, 'seed')).toBeUndefined()
  for (let count = 0; count < 4000; count += 1)
    expect(flagged(mutate(seedFiles, random), 'mutated')).toBeUndefined()
})

test.each([
  [
    'compose',
    'x-common: &c {restart: always}\nservices:\n  a:\n    <<: *c\n    image: x\n    ports:\n    labels: {a: 1}\n    x-mine: {b: c}\n    deploy: {x-more: 1, replicas: "2"}\nvolumes: {data: }\n',
  ],
  [
    'compose',
    'services:\n  a:\n    image: x\n    environment: {A: , B: 1, C: true}\n    init: true\n    working_dir: 5\n    read_only: "true"\nvolumes: {data: {x-sublet: {persistent: false}}}\n',
  ],
] as const)('an editor takes what %s files are known for', (format, text) => {
  expect(
    readWorkload(text, { file: 'f', format }).findings.filter(({ severity }) => severity === 'error'),
  ).toEqual([])
  expect(flagged(text, 'f', format)).toBeUndefined()
})

test.each([
  ['sublet', 'imag: x\n'],
  ['akash', 'version: "3.0"\n'],
  [
    'nosana',
    '{"version": "0.1", "type": "container", "ops": [{"type": "container/run", "id": "a", "args": {}}]}',
  ],
  ['compose', 'services: {a: {imag: x}}'],
] as const)('an editor flags what is wrong in %s files', (format, text) => {
  const parsed = parseText(text)
  expect(validator(format)('documents' in parsed ? plainOf(parsed.documents[0]) : undefined)).toBe(false)
})
