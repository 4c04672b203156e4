import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readWorkload } from '../read-workload.ts'
import { writeSubletYaml } from '../sublet/write-sublet.ts'
import { workloadSchema } from '../workload.ts'

/** Other people's definitions with both official validators' verdicts; read where they lie, when they are there. */
const folder = join(import.meta.dirname, '../../../../../../shared/vectors/nosana')

interface Case {
  name: string
  text: string
  accepted: boolean
}

/** What the official validators let pass though it cannot mean anything. */
const meaningless = new Set(['portNeg', 'port0', 'port99999', 'portFloat', 'selfDep', 'dep'])

function files(): Case[] {
  const lines = readFileSync(join(folder, 'verdicts.tsv'), 'utf8').trim().split('\n').slice(1)
  return lines.map((line) => {
    const [path = '', , sdk, kit] = line.split('\t')
    const text = readFileSync(join(folder, 'input', path), 'utf8')
    return { name: path, text, accepted: sdk === 'valid' || kit === 'valid' }
  })
}

interface Probe {
  name: string
  definition: unknown
  sdk_0_4_69: { valid: boolean }
  kit_2_1_x: { valid: boolean }
}

function probes(): Case[] {
  const list = JSON.parse(readFileSync(join(folder, 'probes.json'), 'utf8')) as Probe[]
  return list.map(({ name, definition, sdk_0_4_69: sdk, kit_2_1_x: kit }) => ({
    name,
    text: JSON.stringify(definition),
    accepted: (sdk.valid || kit.valid) && !meaningless.has(name),
  }))
}

const op = (args: unknown, more = {}) => ({ type: 'container/run', id: 'a', args, ...more })
const job = (...ops: unknown[]) => JSON.stringify({ version: '0.1', type: 'container', ops })

/** Stands in where the vectors are absent. */
const own: Case[] = [
  { name: 'smallest', text: job(op({ image: 'x' })), accepted: true },
  { name: 'range', text: job(op({ image: 'x', expose: '8000-8010' })), accepted: true },
  { name: 'restart', text: job(op({ image: 'x', restart_policy: 'always' })), accepted: true },
  { name: 'no image', text: job(op({ cmd: 'x' })), accepted: false },
  { name: 'unknown key', text: job(op({ image: 'x', foo: 1 })), accepted: false },
  { name: 'negative port', text: job(op({ image: 'x', expose: -1 })), accepted: false },
]

const cases = existsSync(folder) ? [...files(), ...probes()] : own

test.each(cases)('gives the verdict of the official validators on $name', ({ name, text, accepted }) => {
  const { workload, findings } = readWorkload(text, { file: name, format: 'nosana' })
  const errors = findings.filter((finding) => finding.severity === 'error')
  expect(errors.length === 0, JSON.stringify(errors)).toBe(accepted)
  const runs = findings.every((finding) => finding.code !== 'nosana.nothing-to-run')
  expect(workload !== undefined).toBe(accepted && runs)
  if (workload === undefined) return
  expect(workloadSchema.parse(workload)).toEqual(workload)
  const converted = readWorkload(writeSubletYaml(workload), { file: 'sublet.yaml' })
  expect(converted.workload).toEqual(workload)
})
