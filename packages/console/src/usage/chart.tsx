import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import uPlot from 'uplot'
import { formatClockTime, formatTimeOfDay } from '../time/format-time.ts'
import type { Values } from './usage-series.ts'

export interface ChartLine {
  /** What tells two lines apart; empty where there is one. */
  label: string
  values: Values
}

interface ChartProps {
  title: string
  atMs: readonly number[]
  /** One or two. */
  lines: readonly ChartLine[]
  format: (value: number) => string
  /** The limit in words, said after the newest value. */
  limit?: string | undefined
  /** The axis reaches at least so far, so that next to nothing looks like that. */
  leastTop: number
  /** Powers of this make round steps on the axis: 2 for bytes. */
  base?: 2 | 10
}

/** CSS variables; the second line is also told by its dashes. */
const colours = ['--ink', '--lamp-ink'] as const
const swatches = ['border-ink', 'border-dashed border-lampink'] as const
const heightPx = 132
/** Of time: a line that has just begun is not stretched over the whole width. */
const leastSpanSeconds = 120

/** One figure over the last minutes. The newest value, or the one under the pointer, stands above the lines. */
export function Chart({ title, atMs, lines, format, limit, leastTop, base = 10 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [pointedAt, setPointedAt] = useState<number | null>(null)
  const formatNow = useRef(format)
  useEffect(() => {
    formatNow.current = format
  }, [format])

  const count = lines.length
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const made = new uPlot(
      optionsOf({
        element,
        count,
        leastTop,
        base,
        format: (value) => formatNow.current(value),
        onPoint: setPointedAt,
      }),
      [[], ...Array.from({ length: count }, () => [])],
      element,
    )
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPx }))
    resized.observe(element)
    const repaint = () => made.redraw(false, true)
    const themed = new MutationObserver(repaint)
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', repaint)
    return () => {
      system.removeEventListener('change', repaint)
      themed.disconnect()
      resized.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [count, leastTop, base])

  useEffect(() => {
    plot.current?.setData([atMs.map((ms) => ms / 1000), ...lines.map(({ values }) => values)])
  }, [atMs, lines])

  const index = pointedAt ?? atMs.length - 1
  const told = lines.map(({ label, values }) => ({ label, words: wordsOf(values[index], format) }))
  return (
    <figure className="sheet min-w-0 p-3" data-chart={title} data-points={atMs.length}>
      <figcaption className="flex min-h-6 flex-wrap items-center gap-x-3">
        <span className="mr-auto font-semibold">{title}</span>
        {told.map(({ label, words }, at) => (
          <span key={label} className="flex items-center gap-1.5 whitespace-nowrap">
            {count < 2 ? null : <span aria-hidden className={`w-3.5 border-t-2 ${swatches[at]}`} />}
            <span className="font-mono text-[13px]">{words}</span>
            {label === '' ? null : <span className="text-soft">{label}</span>}
          </span>
        ))}
        {limit === undefined ? null : <span className="text-soft">of {limit}</span>}
        {pointedAt === null ? null : (
          <span className="font-mono text-[12px] text-soft">{formatTimeOfDay(atMs[pointedAt] ?? 0)}</span>
        )}
      </figcaption>
      <div
        ref={place}
        role="img"
        aria-label={`${title}: ${told.map(({ label, words }) => `${words} ${label}`.trim()).join(', ')}`}
        className="mt-1"
        style={{ height: heightPx }}
      />
    </figure>
  )
}

function wordsOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value)
}

interface PlotParts {
  element: HTMLElement
  count: number
  leastTop: number
  base: 2 | 10
  format: (value: number) => string
  onPoint: (index: number | null) => void
}

function optionsOf({ element, count, leastTop, base, format, onPoint }: PlotParts): uPlot.Options {
  const ink = (variable: string) => () => colourOf(element, variable)
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const axis = { stroke: ink('--ink-soft'), font, ticks: { show: false } } as const
  return {
    width: element.clientWidth,
    height: heightPx,
    legend: { show: false },
    padding: [8, 4, 0, 0],
    cursor: { y: false, drag: { setScale: false }, points: { size: 6 } },
    hooks: { setCursor: [({ cursor: { idx } }) => onPoint(idx ?? null)] },
    scales: {
      // Of a single sample uPlot would show its whole day.
      x: { range: ({ data: [times] }, first, last) => timeRange(times.at(-1), first, last) },
      y: { range: (_plot, _least, most) => [0, Math.max(leastTop, (most ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        grid: { show: false },
        space: 70,
        values: (_plot, seconds) => seconds.map((second) => formatClockTime(second * 1000)),
      },
      {
        ...axis,
        size: 62,
        space: 34,
        grid: { stroke: ink('--line'), width: 1 },
        ...(base === 2 ? { incrs: powersOfTwo } : {}),
        values: (_plot, values) => values.map(format),
      },
    ],
    series: [
      {},
      ...Array.from({ length: count }, (_, at) => ({
        stroke: ink(colours[at] ?? '--ink'),
        width: 1.5,
        points: { show: false },
        ...(at === 0 ? {} : { dash: [4, 3] }),
      })),
    ],
  }
}

function timeRange(newest: number | undefined, first: number, last: number): [number, number] {
  const until = newest ?? last
  return [Math.min(first, until - leastSpanSeconds), until]
}

/** Steps of a bytes axis, from one byte to a tebibyte. */
const powersOfTwo = Array.from({ length: 41 }, (_, power) => 2 ** power)

/** A theme's colour as a canvas takes it. */
function colourOf(element: HTMLElement, variable: string): string {
  element.style.color = `var(${variable})`
  return getComputedStyle(element).color
}
