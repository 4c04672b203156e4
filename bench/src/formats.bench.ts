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

const most = { ratio: 1.3 }
/** 60 µs on a machine where js-yaml takes 240: the same share of it on one that is slower or faster. */
const mostOutside = { ratio: 60 / 240, words: '0.25× (60 of 240 µs)' }

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
    besideParser(
      `${what}, first pass in a fresh process (median of ${files})`,
      first.whole,
      first,
      'js-yaml 5',
      most,
    ),
    besideParser('the same beside the parser within it', first.whole, first, 'js-yaml 4'),
    besideParser(`${what}, warm`, warm.whole, warm, 'js-yaml 5', most),
    besideParser('the same beside the parser within it, warm', warm.whole, warm, 'js-yaml 4'),
    besideParser(
      'the same outside the YAML parser, first pass',
      outside(first),
      first,
      'js-yaml 5',
      mostOutside,
    ),
    besideParser('the same outside the YAML parser, warm', outside(warm), warm, 'js-yaml 5', mostOutside),
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

const outside = ({ whole, parse = 0 }: Medians) => whole - parse

/** What of the medians is ours, beside the parser alone. Without `most` the row is there to compare by, and has no target. */
function besideParser(
  figure: string,
  ours: number,
  medians: Medians,
  parser: FormatWork,
  most?: { ratio: number; words?: string },
): BenchRow {
  const bare = medians[parser] ?? 0
  const ratio = ours / bare
  return {
    figure,
    ours: us(ours),
    peer: `${bare < 10 ? `${bare.toFixed(1)} µs` : us(bare)} (${parser}, parsing only)`,
    ratio: `${ratio.toFixed(2)}×`,
    target: most === undefined ? '–' : `≤ ${most.words ?? `${most.ratio}×`}`,
    ok: most === undefined || ratio <= most.ratio,
  }
}

/** No official validator is installed beside these formats, so the peer is the bare parser that such a tool begins with. */
function otherFormat(format: WorkloadFormat): BenchRow {
  const { whose, texts } = filesOf(format)
  const peer = format === 'nosana' ? 'JSON.parse' : 'js-yaml 4'
  const medians = warmMedians(format, texts, ['whole', peer])
  const figure = `${formatNames[format]} to normal form, warm (median of ${texts.length} files ${whose})`
  return besideParser(figure, medians.whole, medians, peer)
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
