import { ageWords, dollars, perHour, sizeWords } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import pico from 'picocolors'
import {
  bar,
  clockOf,
  fitSections,
  type Line,
  type Piece,
  pad,
  padStart,
  paintLine,
  type Section,
  shortHex,
  widthOf,
} from '../screen/lines.ts'
import { volumeState } from './describe-status.ts'
import type { Wire } from './wire.ts'

export interface ViewFrame {
  status: Wire<ProviderStatus>
  columns: number
  rows: number
  nowMs: number
  colors: boolean
  /** Why nothing newer is shown; the provider does not answer. */
  stale?: string | undefined
}

/** The whole screen: as many lines as there are rows, none wider than the columns. */
export function renderView(frame: ViewFrame): string[] {
  const { rows, columns } = frame
  const paint = pico.createColors(frame.colors)
  const head = [titleLine(frame), moneyLine(frame), sizeLine(frame)]
  const foot: Line[] = [[[' q quits', 'dim']]]
  const body = fitSections(sectionsOf(frame), Math.max(0, rows - head.length - foot.length))
  const lines = [...head, ...body].slice(0, Math.max(0, rows - foot.length))
  while (lines.length < rows - foot.length) lines.push([])
  return [...lines, ...foot].slice(0, rows).map((line) => paintLine(line, columns, paint))
}

function titleLine({ status, nowMs, stale, columns }: ViewFrame): Line {
  const { address, runtime, draining, indexers, problems } = status
  const away = indexers.filter(({ connected }) => !connected).length
  const health: Piece =
    stale !== undefined
      ? [`✗ ${stale}`, 'red']
      : problems.length > 0 || away > 0
        ? ['! needs a look', 'yellow']
        : draining
          ? ['◌ takes no new leases', 'yellow']
          : ['● healthy', 'green']
  const left: Piece[] = [[' Sublet provider', 'bold'], ` ${shortHex(address)}  ${runtime}  `, health]
  const clock = clockOf(nowMs)
  const gap = columns - widthOf(left) - clock.length - 1
  return gap > 0 ? [...left, ' '.repeat(gap), [clock, 'dim']] : left
}

function moneyLine({ status: { earnings, balance } }: ViewFrame): Line {
  return [
    ' earning ',
    [perHour(BigInt(earnings.ratePerHour)), 'bold'],
    `   today ${dollars(BigInt(earnings.today))}   total ${dollars(BigInt(earnings.total))}   in escrow ${dollars(BigInt(balance))}`,
  ]
}

function sizeLine({ status: { used, total } }: ViewFrame): Line {
  const cores = (millis: number) => Math.round(millis / 100) / 10
  return [
    ` cores ${bar(used.cpuMillis, total.cpuMillis)} ${cores(used.cpuMillis)}/${cores(total.cpuMillis)}`,
    `   memory ${bar(used.memoryBytes, total.memoryBytes)} ${sizeWords(used.memoryBytes)} of ${sizeWords(total.memoryBytes)}`,
    `   devices ${used.devices}/${total.devices}`,
  ]
}

function sectionsOf({ status, nowMs }: ViewFrame): Section[] {
  const { devices, leases, volumes, indexers, problems, events } = status
  const running = leases.filter(({ phase }) => phase !== 'closed' && phase !== 'lapsed')
  const sections: Section[] = [
    { title: 'LOOK AT', lines: problems.map((problem): Line => [['! ', 'yellow'], problem]) },
    {
      title: 'DEVICES',
      lines: devices.map(({ id, model, memoryBytes, leased, withheld }): Line => {
        const state: Piece =
          withheld !== undefined ? [withheld, 'yellow'] : leased ? ['leased', 'green'] : ['free', 'dim']
        return [`${pad(model, 18)} ${padStart(sizeWords(memoryBytes), 8)}  ${pad(id, 22)}  `, state]
      }),
    },
    {
      title: 'LEASES',
      lines:
        running.length === 0
          ? [[['none at the moment', 'dim']]]
          : running.map(({ leaseId, deployment, phase, ratePerHour, openedAt }): Line => {
              const age = openedAt === undefined ? '' : ageWords(nowMs - openedAt * 1000)
              return [
                `${shortHex(leaseId)}  ${pad(deployment, 20)}  `,
                [pad(phase, 9), phase === 'active' ? 'green' : 'cyan'],
                `  ${padStart(perHour(BigInt(ratePerHour)), 13)}  ${age}`,
              ]
            }),
    },
    {
      title: 'VOLUMES',
      lines: volumes.map(
        (volume): Line => [
          `${pad(volume.deployment, 20)}  ${pad(volume.volume, 22)}  `,
          volume.inUse ? ['in use', 'green'] : [volumeState(volume), 'dim'],
        ],
      ),
    },
    {
      title: 'TUNNELS',
      lines: indexers.map(
        ({ host, port, address, connected }): Line => [
          connected ? ['● ', 'green'] : ['✗ ', 'red'],
          `${pad(`${host}:${port}`, 30)}  ${shortHex(address)}  `,
          connected ? 'connected' : ['dialling', 'red'],
        ],
      ),
    },
    {
      title: 'JOURNAL',
      keepsEnd: true,
      lines: events.map(
        ({ leaseId, event }): Line => [
          [`${clockOf(event.atMs)} `, 'dim'],
          `${leaseId.slice(0, 8)}  `,
          event.level === 'info'
            ? event.message
            : [event.message, event.level === 'error' ? 'red' : 'yellow'],
        ],
      ),
    },
  ]
  return sections.filter(({ lines }) => lines.length > 0)
}
