import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { convertToAkash, parseText } from '@sublet/protocol'
import { load } from 'js-yaml'
import { type BenchRow, median } from './row.ts'

const warmUpRounds = 30
const rounds = 60

/**
 * Akash's public gallery where it lies beside the checkout, else a file of our own: each is read, checked, brought to the
 * normal form and to Akash's manifest, groups and hash, beside js-yaml that only parses it, in turns in one process.
 */
export async function benchFormats(): Promise<BenchRow[]> {
  const files = galleryFiles()
  const whole = new Map<string, number[]>()
  const bare = new Map<string, number[]>()
  const parse = new Map<string, number[]>()
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const text of files) {
      const times = [
        [bare, timed(() => load(text))],
        [parse, timed(() => parseText(text))],
        [whole, timed(() => convertToAkash(text, { file: 'deploy.yaml' }))],
      ] as const
      if (round < warmUpRounds) continue
      for (const [samples, us] of times) {
        const list = samples.get(text)
        if (list === undefined) samples.set(text, [us])
        else list.push(us)
      }
    }
  }
  const of = (samples: Map<string, number[]>) => median([...samples.values()].map(median))
  const outside = median(files.map((text) => median(whole.get(text) ?? []) - median(parse.get(text) ?? [])))
  const ratio = median(files.map((text) => median(whole.get(text) ?? []) / median(bare.get(text) ?? [])))
  const us = (value: number) => `${value.toFixed(0)} µs`
  return [
    {
      figure: `Akash SDL to normal form, manifest, groups and hash (median of ${files.length} files)`,
      ours: us(of(whole)),
      peer: `${us(of(bare))} (js-yaml, parsing only)`,
      ratio: `${ratio.toFixed(2)}×`,
      target: '≤ 1.3×',
      ok: ratio <= 1.3,
    },
    {
      figure: 'the same, outside the YAML parser',
      ours: us(outside),
      peer: '–',
      ratio: '–',
      target: '≤ 60 µs',
      ok: outside <= 60,
    },
  ]
}

function timed(work: () => unknown): number {
  const start = performance.now()
  work()
  return (performance.now() - start) * 1000
}

const ownFile = `version: "2.0"
services: {web: {image: nginx, env: [A=1], expose: [{port: 3000, as: 80, to: [{global: true}]}]}}
profiles:
  compute: {web: {resources: {cpu: {units: 0.5}, memory: {size: 512Mi}, storage: {size: 1Gi}}}}
  placement: {any: {pricing: {web: {denom: uact, amount: 1000}}}}
deployment: {web: {any: {profile: web, count: 1}}}
`

/** The files that can be converted: parsing alone is no yardstick for one that is refused. */
function galleryFiles(): string[] {
  const folder = fileURLToPath(new URL('../../../shared/vectors/akash/input/awesome/', import.meta.url))
  if (!existsSync(folder)) return [ownFile]
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => readFileSync(`${folder}${path}`, 'utf8'))
  return texts.filter((text) => convertToAkash(text, { file: 'deploy.yaml' }).akash !== undefined)
}
