import { type LeaseStatus, leaseSampleSchema, sizeWords } from '@sublet/protocol'
import { useMemo, useState, useSyncExternalStore } from 'react'
import { createStreamStore } from '../api/stream-store.ts'
import { Trouble } from '../design/trouble.tsx'
import { Chart } from './chart.tsx'
import { addSamples, instanceName, type UsageSeries, usageSeries } from './usage-series.ts'

const sampleEveryMs = 2_000
const mebibyte = 1024 ** 2

/** What an active lease uses, live: its instances together or one of them. */
export function UsageView({ leaseId }: { leaseId: LeaseStatus['leaseId'] }) {
  const store = useMemo(
    () =>
      createStreamStore({
        empty: addSamples([], []),
        path: () => `/v1/leases/${encodeURIComponent(leaseId)}/stats?follow=true&intervalMs=${sampleEveryMs}`,
        decoder: leaseSampleSchema,
        add: addSamples,
        isOver: () => false,
      }),
    [leaseId],
  )
  const { value: samples, state, error } = useSyncExternalStore(store.subscribe, store.snapshot)
  const [chosen, setChosen] = useState('')
  const names = useMemo(
    () => [...new Set(samples.flatMap(({ instances }) => instances.map(instanceName)))].sort(),
    [samples],
  )
  const series = useMemo(() => usageSeries(samples, chosen), [samples, chosen])
  return (
    <section aria-label="Usage" className="grid min-w-0 gap-3">
      {names.length < 2 ? null : (
        <select
          className="field w-fit"
          aria-label="Instance"
          value={chosen}
          onChange={({ target }) => setChosen(target.value)}
        >
          <option value="">All {names.length} together</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
      {state === 'lost' && error !== undefined ? (
        <Trouble error={error} title="The figures broke off and are asked for again." />
      ) : null}
      <Charts series={series} />
    </section>
  )
}

function Charts({ series }: { series: UsageSeries }) {
  const { atMs, limits } = series
  const lines = useMemo(
    () => ({
      cpu: [{ label: '', values: series.cpuMillis }],
      memory: [{ label: '', values: series.memoryBytes }],
      network: [
        { label: 'in', values: series.received },
        { label: 'out', values: series.sent },
      ],
      disk: [
        { label: 'read', values: series.read },
        { label: 'written', values: series.written },
      ],
      gpu: [{ label: '', values: series.gpuPercent ?? [] }],
      gpuMemory: [{ label: '', values: series.gpuMemoryBytes ?? [] }],
    }),
    [series],
  )
  return (
    <div className="grid min-w-0 gap-3 sm:grid-cols-2">
      <Chart
        title="Processor"
        atMs={atMs}
        lines={lines.cpu}
        format={formatCores}
        limit={limits.cpuMillis === 0 ? undefined : formatLimit(limits.cpuMillis)}
        leastTop={100}
      />
      <Chart
        title="Memory"
        atMs={atMs}
        lines={lines.memory}
        format={sizeWords}
        limit={limits.memoryBytes === 0 ? undefined : sizeWords(limits.memoryBytes)}
        leastTop={16 * mebibyte}
        base={2}
      />
      <Chart
        title="Network"
        atMs={atMs}
        lines={lines.network}
        format={formatSpeed}
        leastTop={4096}
        base={2}
      />
      <Chart title="Disk" atMs={atMs} lines={lines.disk} format={formatSpeed} leastTop={4096} base={2} />
      {series.gpuPercent === undefined ? null : (
        <>
          <Chart title="GPU" atMs={atMs} lines={lines.gpu} format={formatPercent} leastTop={100} />
          <Chart
            title="GPU memory"
            atMs={atMs}
            lines={lines.gpuMemory}
            format={sizeWords}
            limit={limits.gpuMemoryBytes === 0 ? undefined : sizeWords(limits.gpuMemoryBytes)}
            leastTop={mebibyte}
            base={2}
          />
        </>
      )}
    </div>
  )
}

const formatCores = (millis: number) => (millis / 1000).toFixed(2)
const formatLimit = (millis: number) => `${millis / 1000} ${millis === 1000 ? 'core' : 'cores'}`
const formatSpeed = (bytesPerSecond: number) => `${sizeWords(bytesPerSecond)}/s`
const formatPercent = (percent: number) => `${Math.round(percent)} %`
