import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { WorkloadFormat } from '@sublet/protocol'
import { compiledScript } from './compiled-script.ts'
import { filesOf } from './format-files.ts'
import { formatNames } from './format-names.ts'
import { type FormatWork, formatWork, timedMicros } from './format-work.ts'
import { type BenchRow, type BenchRows, median } from './row.ts'

const warmUpRounds = 100
const rounds = 60
/** Odd, so that a median is one of them. */
const freshProcesses = 5

const us = (value: number) => `${value.toFixed(0)} µs`

/**
 * Files of each format, read, checked and brought to the normal form (Akash's also to manifest, groups and hash) beside a
 * parser alone, in two regimes: each file once in a fresh process, which is what a command sees, and warm.
 */
export async function* benchFormats(): BenchRows {
  const { whose, texts } = filesOf('akash')
  const files = `${texts.length} files ${whose}`
  const what = 'Akash SDL to normal form, manifest, groups and hash'
  const warm = warmMedians('akash', texts, ['whole', 'told', 'parse', 'js-yaml 5', 'js-yaml 4'])
  const first = await firstPassMedians('akash', texts, ['whole', 'parse', 'js-yaml 5', 'js-yaml 4'])
  yield* [
    againstParser(`${what}, first pass in a fresh process (median of ${files})`, first, 'js-yaml 5', 1.3),
    againstParser('the same beside the parser within it', first, 'js-yaml 4'),
    againstParser(`${what}, warm`, warm, 'js-yaml 5', 1.3),
    againstParser('the same beside the parser within it, warm', warm, 'js-yaml 4'),
    outside('the same outside the YAML parser, first pass', first),
    outside('the same outside the YAML parser, warm', warm),
    {
      figure: 'the same with every warning told and placed, warm',
      ours: us(warm.told ?? 0),
      peer: '–',
      ratio: '–',
      target: '–',
      ok: true,
    },
  ]
  for (const format of ['sublet', 'compose', 'nosana'] as const) yield otherFormat(format)
}

type Medians = Partial<Record<FormatWork, number>> & { whole: number }

/** Without `most` the row is there to compare by, and has no target. */
function againstParser(figure: string, medians: Medians, parser: FormatWork, most?: number): BenchRow {
  const { whole, [parser]: bare = 0 } = medians
  const ratio = whole / bare
  return {
    figure,
    ours: us(whole),
    peer: `${us(bare)} (${parser}, parsing only)`,
    ratio: `${ratio.toFixed(2)}×`,
    target: most === undefined ? '–' : `≤ ${most}×`,
    ok: most === undefined || ratio <= most,
  }
}

/** The target is 60 µs on a machine where js-yaml takes 240: the same share of it on one that is slower or faster. */
const mostOutside = 60 / 240

function outside(figure: string, { whole, parse = 0, 'js-yaml 5': bare = 0 }: Medians): BenchRow {
  const left = whole - parse
  const ratio = left / bare
  return {
    figure,
    ours: us(left),
    peer: `${us(bare)} (js-yaml 5, parsing only)`,
    ratio: `${ratio.toFixed(2)}×`,
    target: `≤ ${mostOutside}× (60 of 240 µs)`,
    ok: ratio <= mostOutside,
  }
}

/** No official validator is installed beside these formats, so the peer is the bare parser that such a tool begins with. */
function otherFormat(format: WorkloadFormat): BenchRow {
  const { whose, texts } = filesOf(format)
  const peer = format === 'nosana' ? 'JSON.parse' : 'js-yaml 4'
  const medians = warmMedians(format, texts, ['whole', peer])
  const bare = medians[peer] ?? 0
  return {
    figure: `${formatNames[format]} to normal form, warm (median of ${texts.length} files ${whose})`,
    ours: us(medians.whole),
    peer: `${bare < 10 ? `${bare.toFixed(1)} µs` : us(bare)} (${peer}, parsing only)`,
    ratio: `${(medians.whole / bare).toFixed(2)}×`,
    target: '–',
    ok: true,
  }
}

/** All in one process, in turns of one round through the files, so that a busy moment hits each alike. */
function warmMedians(
  format: WorkloadFormat,
  texts: readonly string[],
  works: readonly FormatWork[],
): Medians {
  const samples = works.map((work) => ({
    work,
    through: formatWork(work, format),
    ofText: texts.map((): number[] => []),
  }))
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const { through, ofText } of samples) {
      for (const [index, text] of texts.entries()) {
        const took = timedMicros(() => through(text))
        if (round >= warmUpRounds) ofText[index]?.push(took)
      }
    }
  }
  return Object.fromEntries(samples.map(({ work, ofText }) => [work, median(ofText.map(median))])) as Medians
}

/** Each in processes of its own, in turns: the engine has compiled nothing for it yet. */
async function firstPassMedians(
  format: WorkloadFormat,
  texts: readonly string[],
  works: readonly FormatWork[],
): Promise<Medians> {
  const samples = new Map<FormatWork, number[]>(works.map((work) => [work, []]))
  const program = await compiledScript(fileURLToPath(new URL('./format-first-pass.ts', import.meta.url)))
  for (let run = 0; run < freshProcesses; run++) {
    for (const work of works) {
      const { stdout, status, stderr } = spawnSync(process.execPath, [...program, work, format], {
        input: JSON.stringify(texts),
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`the fresh process failed: ${stderr}`)
      samples.get(work)?.push(Number(stdout))
    }
  }
  return Object.fromEntries([...samples].map(([work, list]) => [work, median(list)])) as Medians
}
