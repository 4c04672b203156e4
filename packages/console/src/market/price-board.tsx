import { sizeWords } from '@sublet/protocol'
import { Link } from '@tanstack/react-router'
import { Lamps } from '../design/lamps.tsx'
import { counted, modelName } from '../design/names.ts'
import { alignPoints, formatDollarsExactly, formatRate } from '../money/format-money.ts'
import { formatCores } from './asks-view.ts'
import type { DeviceClass } from './device-classes.ts'

/** What an hour of each device class costs, from the lowest ask to the highest. */
export function PriceBoard({
  classes,
  chosen,
  onChoose,
}: {
  classes: readonly DeviceClass[]
  chosen: string | undefined
  onChoose: (gpu: string | undefined) => void
}) {
  const lowest = column(classes.map(({ lowestPerHour }) => lowestPerHour))
  const median = column(classes.map(({ medianPerHour }) => medianPerHour))
  const highest = column(classes.map(({ highestPerHour }) => highestPerHour))
  return (
    <section aria-labelledby="board-title" className="mt-5 overflow-hidden rounded-md bg-board text-boardink">
      <h2 id="board-title" className="sr-only">
        What an hour costs
      </h2>
      <table className="w-full border-collapse">
        <thead>
          <tr className="border-b border-boardline [&_th]:py-2.5 [&_th]:text-[12px] [&_th]:font-medium [&_th]:text-boardsoft [&_th]:whitespace-nowrap">
            <th scope="col" className="px-4 text-left">
              Device
            </th>
            <th scope="col" className="px-3 text-left max-md:hidden">
              Free now
            </th>
            <th scope="col" className="px-3 text-left max-lg:hidden">
              Regions
            </th>
            <th scope="col" className="px-3 text-right">
              From, an hour
            </th>
            <th scope="col" className="px-3 text-right max-sm:hidden">
              Middle
            </th>
            <th scope="col" className="px-3 text-right max-sm:hidden">
              Highest
            </th>
            <th scope="col" className="w-24 px-4 max-sm:hidden">
              <span className="sr-only">Rent</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {classes.map((one, index) => (
            <ClassRow
              key={one.key}
              device={one}
              prices={[lowest[index] ?? '', median[index] ?? '', highest[index] ?? '']}
              chosen={one.model !== undefined && one.model === chosen}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ClassRow({
  device,
  prices,
  chosen,
  onChoose,
}: {
  device: DeviceClass
  /** Lowest, middle and highest, aligned. */
  prices: readonly [string, string, string]
  chosen: boolean
  onChoose: (gpu: string | undefined) => void
}) {
  const { kind, model, memoryBytes } = device
  return (
    <tr
      className={`border-b border-boardline last:border-0 ${chosen ? 'bg-boardline/70' : ''}`}
      data-class={model ?? kind}
    >
      <th scope="row" className="px-4 py-2.5 text-left font-normal">
        {model === undefined ? (
          <span className="text-[15px] font-semibold">{kind === 'cpu' ? 'CPU core' : 'Memory, GiB'}</span>
        ) : (
          <button
            type="button"
            onClick={() => onChoose(chosen ? undefined : model)}
            aria-pressed={chosen}
            title={chosen ? 'Show all asks' : `Show the asks with ${modelName(model)}`}
            className="text-left text-[15px] font-semibold decoration-boardsoft underline-offset-4 hover:underline"
          >
            {modelName(model)}
            {memoryBytes === undefined ? null : (
              <span className="ml-2 font-normal text-boardsoft">{sizeWords(memoryBytes)}</span>
            )}
          </button>
        )}
        <div className="mt-1 md:hidden">
          <Free device={device} />
        </div>
      </th>
      <td className="px-3 py-2.5 max-md:hidden">
        <Free device={device} />
      </td>
      <td className="px-3 py-2.5 text-boardsoft max-lg:hidden">
        <span title={device.regions.join(', ')}>
          {device.regions.length > 3 ? counted(device.regions.length, 'region') : device.regions.join(', ')}
        </span>
      </td>
      <td className="px-3 py-2.5 text-right max-sm:pr-4">
        <span
          className="font-mono text-[17px] whitespace-pre text-lamp"
          title={exactly(device.lowestPerHour)}
        >
          {prices[0]}
        </span>
      </td>
      <td className="px-3 py-2.5 text-right max-sm:hidden">
        <span className="font-mono whitespace-pre text-boardsoft" title={exactly(device.medianPerHour)}>
          {prices[1]}
        </span>
      </td>
      <td className="px-3 py-2.5 text-right max-sm:hidden">
        <span className="font-mono whitespace-pre text-boardsoft" title={exactly(device.highestPerHour)}>
          {prices[2]}
        </span>
      </td>
      <td className="px-4 py-2.5 text-right max-sm:hidden">
        {kind === 'memory' ? null : (
          <Link
            to="/new"
            search={model === undefined ? { start: 'hello' } : { gpu: model }}
            aria-label={`Rent ${model === undefined ? 'CPU' : modelName(model)}`}
            className="inline-flex min-h-7 items-center rounded-md border border-boardline px-2.5 font-medium hover:border-lamp hover:text-lamp"
          >
            Rent
          </Link>
        )}
      </td>
    </tr>
  )
}

function Free({ device: { kind, free, total, providers } }: { device: DeviceClass }) {
  if (kind === 'gpu') {
    return (
      <span className="inline-flex items-center gap-2.5">
        <BoardLamps free={free} total={total} />
        <span className="text-boardsoft">
          {free} of {total}
        </span>
      </span>
    )
  }
  const show = kind === 'cpu' ? formatCores : sizeWords
  return (
    <span className="text-boardsoft" title={`At ${counted(providers, 'provider')}`}>
      {show(free)} of {show(total)}
    </span>
  )
}

/** The board is dark in both themes, so its lamps are too. */
function BoardLamps({ free, total }: { free: number; total: number }) {
  return (
    <span className="[--edge:#59646699] [--lamp-ink:#ffb71f] [--sunk:#22292b]">
      <Lamps free={free} total={total} noun="devices" />
    </span>
  )
}

function exactly(amount: bigint | undefined): string | undefined {
  return amount === undefined ? undefined : `${formatDollarsExactly(amount)} an hour`
}

/** One column's prices, with their points under each other. */
function column(amounts: readonly (bigint | undefined)[]): string[] {
  return alignPoints(amounts.map((amount) => (amount === undefined ? '—' : formatRate(amount))))
}
