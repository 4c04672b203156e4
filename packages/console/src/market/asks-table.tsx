import { type Ask, sizeWords } from '@sublet/protocol'
import { CopyButton } from '../design/copy-button.tsx'
import { Lamps } from '../design/lamps.tsx'
import { modelName, shortHex } from '../design/names.ts'
import { alignPoints, formatRate } from '../money/format-money.ts'
import { formatCores, type MarketFilter } from './asks-view.ts'
import { gpuPrice } from './device-classes.ts'

interface AsksTableProps {
  asks: readonly { ask: Ask; connected: boolean }[]
  /** Before the filter. */
  total: number
  filter: MarketFilter
  choices: { gpus: string[]; regions: string[] }
  onFilter: (change: MarketFilter) => void
}

/** Every provider's standing price list and what of it is free. */
export function AsksTable({ asks, total, filter, choices, onFilter }: AsksTableProps) {
  const corePrices = alignPoints(asks.map(({ ask }) => formatRate(ask.prices.cpuPerCoreHour)))
  const gibPrices = alignPoints(asks.map(({ ask }) => formatRate(ask.prices.memoryPerGibHour)))
  return (
    <section aria-labelledby="asks-title" className="mt-7">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 id="asks-title" className="mr-auto">
          Asks{' '}
          <span className="font-normal text-soft">
            {asks.length === total ? total : `${asks.length} of ${total}`}
          </span>
        </h2>
        <select
          className="field"
          aria-label="Device"
          value={filter.gpu ?? ''}
          onChange={({ target }) => onFilter({ gpu: target.value === '' ? undefined : target.value })}
        >
          <option value="">Every device</option>
          {choices.gpus.map((gpu) => (
            <option key={gpu} value={gpu}>
              {modelName(gpu)}
            </option>
          ))}
          <option value="cpu">CPU only</option>
        </select>
        <select
          className="field"
          aria-label="Region"
          value={filter.region ?? ''}
          onChange={({ target }) => onFilter({ region: target.value === '' ? undefined : target.value })}
        >
          <option value="">Every region</option>
          {choices.regions.map((region) => (
            <option key={region}>{region}</option>
          ))}
        </select>
        <label className="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-lampink"
            checked={filter.free === true}
            onChange={({ target }) => onFilter({ free: target.checked ? true : undefined })}
          />
          Free now
        </label>
      </div>
      {asks.length === 0 ? (
        <div className="sheet mt-3 p-4">
          <p>No ask fits these filters.</p>
          <button
            type="button"
            className="button mt-3"
            onClick={() => onFilter({ gpu: undefined, region: undefined, free: undefined })}
          >
            Show every ask
          </button>
        </div>
      ) : (
        <div className="sheet mt-3 overflow-x-auto">
          <table className="w-full border-collapse">
            <thead className="border-b border-line">
              <tr>
                <th scope="col" className="head">
                  Provider
                </th>
                <th scope="col" className="head">
                  Devices, an hour each
                </th>
                <th scope="col" className="head max-md:hidden">
                  Cores free
                </th>
                <th scope="col" className="head max-md:hidden">
                  Memory free
                </th>
                <th scope="col" className="head max-lg:hidden">
                  Disk free
                </th>
                <th scope="col" className="head text-right max-lg:hidden">
                  Core, an hour
                </th>
                <th scope="col" className="head text-right max-lg:hidden">
                  GiB, an hour
                </th>
              </tr>
            </thead>
            <tbody>
              {asks.map(({ ask, connected }, index) => (
                <AskRow
                  key={ask.provider}
                  ask={ask}
                  connected={connected}
                  corePrice={corePrices[index] ?? ''}
                  gibPrice={gibPrices[index] ?? ''}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

interface AskRowProps {
  ask: Ask
  connected: boolean
  /** Aligned with those of the other rows. */
  corePrice: string
  gibPrice: string
}

function AskRow({ ask, connected, corePrice, gibPrice }: AskRowProps) {
  const { inventory, prices } = ask
  const disk = Object.values(inventory.storageBytes).reduce((sum, { free }) => sum + free, 0)
  return (
    <tr className="border-b border-line last:border-0" data-provider={ask.provider}>
      <th scope="row" className="cell font-normal whitespace-nowrap">
        <span className="inline-flex items-center gap-0.5 font-mono text-[13px]" title={ask.provider}>
          {shortHex(ask.provider)}
          <CopyButton text={ask.provider} what="provider address" />
        </span>
        <div className="text-[12px] leading-4 text-soft">
          {ask.region}, {ask.runtime}
          {connected ? '' : ', away'}
          {ask.draining ? ', draining' : ''}
          {ask.tenants.length === 0 ? '' : ', by invitation'}
        </div>
      </th>
      <td className="cell">
        {inventory.gpus.length === 0 ? (
          <span className="text-soft">{ask.inventory.cpuArch} cores</span>
        ) : (
          <ul className="grid gap-1">
            {inventory.gpus.map((stock) => {
              const price = gpuPrice(ask, stock)
              return (
                <li
                  key={`${stock.model} ${stock.memoryBytes}`}
                  className="flex flex-wrap items-center gap-x-2.5"
                >
                  <span className="font-medium">{modelName(stock.model)}</span>
                  <Lamps free={stock.free} total={stock.total} noun={modelName(stock.model)} />
                  <span className="font-mono text-[13px]">
                    {price === undefined ? '—' : formatRate(price)}
                  </span>
                </li>
              )
            })}
          </ul>
        )}
        <div className="mt-1 text-[12px] leading-4 text-soft lg:hidden">
          <span className="md:hidden">
            {formatCores(inventory.cpuMillis.free)} cores, {sizeWords(inventory.memoryBytes.free)} free;{' '}
          </span>
          core {formatRate(prices.cpuPerCoreHour)}/h
        </div>
      </td>
      <td className="cell max-md:hidden">
        <Level free={inventory.cpuMillis.free} total={inventory.cpuMillis.total} show={formatCores} />
      </td>
      <td className="cell max-md:hidden">
        <Level free={inventory.memoryBytes.free} total={inventory.memoryBytes.total} show={sizeWords} />
      </td>
      <td className="cell whitespace-nowrap max-lg:hidden">{sizeWords(disk)}</td>
      <td className="cell text-right font-mono text-[13px] whitespace-pre max-lg:hidden">{corePrice}</td>
      <td className="cell text-right font-mono text-[13px] whitespace-pre max-lg:hidden">{gibPrice}</td>
    </tr>
  )
}

/** How much of something is left, as a bar and in words. */
function Level({ free, total, show }: { free: number; total: number; show: (amount: number) => string }) {
  const share = total === 0 ? 0 : Math.max(0, Math.min(1, free / total))
  return (
    <div className="w-32">
      <div className="whitespace-nowrap">
        {show(free)} <span className="text-soft">of {show(total)}</span>
      </div>
      <div aria-hidden className="mt-1 h-1 rounded-sm bg-sunk">
        <div className="h-1 rounded-sm bg-lamp" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  )
}
