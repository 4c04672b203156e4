import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainLines } from './plain-lines.ts'
import { renderView, type ViewFrame } from './render-view.ts'

const hex = (digit: string) => `0x${digit.repeat(64)}` as const
const nowMs = 1_800_000_000_000

function statusWith(more: Partial<ViewFrame['status']> = {}): ViewFrame['status'] {
  return {
    address: `0x${'ab'.repeat(20)}`,
    runtime: 'docker',
    draining: false,
    leaving: { windows: [] },
    indexers: [{ address: `0x${'cd'.repeat(20)}`, host: 'indexer.example', port: 8443, connected: true }],
    used: { cpuMillis: 4000, memoryBytes: 8 * 1024 ** 3, devices: 1 },
    total: { cpuMillis: 16_000, memoryBytes: 64 * 1024 ** 3, devices: 2 },
    devices: [
      {
        id: 'GPU-5a1c0e9d-7f21',
        vendor: 'nvidia',
        model: 'rtx4090',
        memoryBytes: 24 * 1024 ** 3,
        leased: true,
      },
      {
        id: 'GPU-77',
        vendor: 'nvidia',
        model: 'rtx3090',
        memoryBytes: 24 * 1024 ** 3,
        leased: false,
        withheld: 'busy-elsewhere',
      },
    ],
    leases: [leaseOf('1', 'hello'), leaseOf('2', 'train')],
    volumes: [],
    imagesAhead: { budgetBytes: 0, images: [], hits: 0 },
    balance: '3000000',
    earnings: { ratePerHour: '350000', today: '1200000', total: '34100000' },
    events: [eventOf(0, 'The image is here.'), eventOf(1, 'The lease is open on chain.')],
    mended: [],
    problems: [],
    ...more,
  }
}

function leaseOf(digit: string, deployment: string): ViewFrame['status']['leases'][number] {
  return {
    leaseId: hex(digit),
    tenant: `0x${'7e'.repeat(20)}`,
    provider: `0x${'ab'.repeat(20)}`,
    deployment,
    phase: 'active',
    message: '',
    ratePerHour: '175000',
    deposit: '1000000',
    services: [],
    endpoints: [],
    phaseAtMs: {},
    openedAt: nowMs / 1000 - 7500,
  }
}

function eventOf(sequence: number, message: string): ViewFrame['status']['events'][number] {
  return {
    leaseId: hex('1'),
    event: { sequence, atMs: nowMs + sequence, reason: 'opened', level: 'info', message },
  }
}

const frame = (more: Partial<ViewFrame> = {}): ViewFrame => ({
  status: statusWith(),
  columns: 80,
  rows: 24,
  nowMs,
  colors: false,
  ...more,
})

test('shows devices, leases, earnings, health, tunnels and the journal in 80 by 24', () => {
  const screen = renderView(frame()).join('\n')
  for (const shown of [
    '● healthy',
    'earning $0.35/h   today $1.20   total $34.10   in escrow $3.00',
    'cores ██░░░░░░ 4/16   memory █░░░░░░░ 8 GiB of 64 GiB   devices 1/2',
    'leased',
    'busy-elsewhere',
    'hello',
    '$0.175/h  2 h 5 min',
    'indexer.example:8443',
    'The lease is open on chain.',
    'q quits',
  ]) {
    expect(screen).toContain(shown)
  }
})

test('fills the screen exactly, whatever its size and however much there is to show', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 80 }),
      fc.nat(40),
      fc.nat(60),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.boolean(),
      (columns, rows, leases, events, text, colors) => {
        const status = statusWith({
          leases: Array.from({ length: leases }, (_, index) => leaseOf('3', `${text}${index}`)),
          events: Array.from({ length: events }, (_, index) => eventOf(index, text)),
          problems: text === '' ? [] : [text],
        })
        const lines = renderView(frame({ status, columns, rows, colors }))
        expect(lines).toHaveLength(rows)
        for (const line of lines) {
          const plain = colors ? stripVTControlCharacters(line) : line
          expect([...plain].length).toBeLessThanOrEqual(columns)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: what a lease says must not move the cursor
          if (!colors) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
        }
      },
    ),
  )
})

test('shows the newest of the journal, and says how many leases it leaves out', () => {
  const status = statusWith({
    leases: Array.from({ length: 30 }, (_, index) => leaseOf('3', `lease-${index}`)),
    events: Array.from({ length: 30 }, (_, index) => eventOf(index, `event-${index}.`)),
  })
  const screen = renderView(frame({ status })).join('\n')
  expect(screen).toContain('event-29.')
  expect(screen).not.toContain('event-0.')
  expect(screen).toMatch(/LEASES {2}and \d+ more/)
})

test('says what is wrong at the top', () => {
  const [indexer] = statusWith().indexers
  const away = indexer === undefined ? [] : [{ ...indexer, connected: false }]
  const top = (more: Partial<ViewFrame>) => renderView(frame(more))[0]
  expect(top({ stale: 'does not answer' })).toContain('✗ does not answer')
  expect(top({ status: statusWith({ indexers: away }) })).toContain('! needs a look')
  expect(top({ status: statusWith({ draining: true }) })).toContain('takes no new leases')
})

test('writes only what is new where nothing can be redrawn', () => {
  const first = statusWith()
  expect(plainLines(undefined, first)).toEqual([
    '2 leases, 1 of 2 devices rented, 1 of 1 tunnels, earning $0.35/h, $3.00 in the escrow',
  ])
  expect(plainLines(first, first)).toEqual([])
  const later = statusWith({
    events: [...first.events, eventOf(2, 'The container ended with 1.')],
    problems: ['The disk is full.'],
  })
  expect(plainLines(first, later)).toEqual([
    '! The disk is full.',
    `${new Date(nowMs + 2).toISOString()} 0x11111111 The container ended with 1.`,
  ])
})
