import { dollars, type LeaseStatus, perHour, sizeWords } from '@sublet/protocol'
import pico from 'picocolors'
import { costOf } from '../commands/ps.ts'
import {
  bar,
  clockOf,
  fitSections,
  type Line,
  type Piece,
  pad,
  paintLine,
  type Section,
  widthOf,
} from '../screen/lines.ts'
import type { LeaseUsage } from './lease-usage.ts'
import { usageWords } from './usage-words.ts'

export interface TopFrame {
  usage: readonly LeaseUsage[]
  columns: number
  rows: number
  nowMs: number
  colors: boolean
  /** Why nothing newer is shown. */
  stale?: string | undefined
}

/** All of a tenant's leases on one screen: as many lines as there are rows, none wider than the columns. */
export function renderTop(frame: TopFrame): string[] {
  const { rows, columns, usage } = frame
  const paint = pico.createColors(frame.colors)
  const head = [titleLine(frame), sizeLine(usage)]
  const foot: Line = [[' q quits', 'dim']]
  const sections = usage.length === 0 ? [nothing] : usage.map((one) => sectionOf(one, frame.nowMs))
  const body = fitSections(sections, Math.max(0, rows - head.length - 1))
  const lines = [...head, ...body].slice(0, Math.max(0, rows - 1))
  while (lines.length < rows - 1) lines.push([])
  return [...lines, foot].slice(0, rows).map((line) => paintLine(line, columns, paint))
}

const nothing: Section = { title: 'NOTHING RUNS', lines: [['Start something with `sublet deploy FILE`.']] }

function titleLine({ usage, nowMs, stale, columns }: TopFrame): Line {
  const leases = usage.map(({ lease }) => lease)
  const rate = leases.reduce((sum, lease) => sum + (lease.phase === 'active' ? lease.ratePerHour : 0n), 0n)
  const cost = leases.reduce((sum, lease) => sum + costOf(lease, nowMs), 0n)
  const left: Piece[] = [
    [' Sublet', 'bold'],
    `  ${leases.length} ${leases.length === 1 ? 'lease' : 'leases'}  `,
    [perHour(rate), 'bold'],
    `  ${dollars(cost)} so far`,
    ...(stale === undefined ? [] : [['  ✗ ', 'red'] as const, stale]),
  ]
  const clock = clockOf(nowMs)
  const gap = columns - widthOf(left) - clock.length - 1
  return gap > 0 ? [...left, ' '.repeat(gap), [clock, 'dim']] : left
}

function sizeLine(usage: readonly LeaseUsage[]): Line {
  const instances = usage.flatMap(({ sample }) => sample?.instances ?? [])
  const sum = (of: (instance: (typeof instances)[number]) => number) =>
    instances.reduce((total, instance) => total + of(instance), 0)
  const cpu = sum(({ cpuMillis }) => cpuMillis)
  const cpuLimit = sum(({ cpuLimitMillis }) => cpuLimitMillis)
  const memory = sum(({ memoryBytes }) => memoryBytes)
  const memoryLimit = sum(({ memoryLimitBytes }) => memoryLimitBytes)
  return [
    ` cores ${bar(cpu, cpuLimit)} ${(cpu / 1000).toFixed(2)}/${cpuLimit / 1000}`,
    `   memory ${bar(memory, memoryLimit)} ${sizeWords(memory)} of ${sizeWords(memoryLimit)}`,
  ]
}

function sectionOf({ deployment, lease, sample, before, problem }: LeaseUsage, nowMs: number): Section {
  const { leaseId, ratePerHour } = lease
  const title = `${deployment}  ${leaseId.slice(0, 12)}  ${lease.phase}  ${perHour(ratePerHour)}  ${dollars(costOf(lease, nowMs))}`
  const words = sample === undefined ? [] : usageWords(sample, before)
  const lines = words.map(
    ({ instance, cores, memory, network, disk, gpu }): Line => [
      pad(instance, 16),
      '  cores ',
      pad(cores, 14),
      '  memory ',
      pad(memory, 22),
      ['  net ', 'dim'],
      pad(network, 30),
      ['  disk ', 'dim'],
      pad(disk, 30),
      ...(gpu === '–' ? [] : [['  gpu ', 'dim'] as const, gpu]),
    ],
  )
  if (problem !== undefined) lines.push([[problem, 'yellow']])
  else if (lines.length === 0) lines.push([[waitingWords(lease), 'dim']])
  return { title, lines }
}

const waitingWords = ({ phase, message }: LeaseStatus) => (phase === 'active' ? 'measuring' : message)
