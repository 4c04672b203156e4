import type { PriceList } from '@sublet/protocol'

/**
 * What an hour of each class costs on open markets, in thousandths of a dollar. Rough on purpose: an owner who wants
 * more or less says so in the configuration.
 */
const gpuMilliDollars: Record<string, number> = {
  b200: 3900,
  h200: 2600,
  h100: 1900,
  a100: 1100,
  mi300x: 2000,
  l40s: 800,
  l40: 700,
  a40: 400,
  rtx6000ada: 700,
  rtxa6000: 450,
  rtx5090: 550,
  rtx4090: 350,
  rtx4080super: 240,
  rtx4080: 230,
  rtx4070tisuper: 190,
  rtx4070ti: 170,
  rtx3090: 200,
  rtx3080ti: 140,
  rtx3080: 120,
  rtx3070: 90,
  rtx3060ti: 80,
  rtx3060: 70,
  l4: 350,
  a10: 300,
  a10g: 300,
  t4: 150,
  v100: 200,
  p100: 100,
  p40: 100,
  '*': 150,
}

const cpuCoreMilliDollars = 10
const memoryGibMilliDollars = 2
/** Storage is cheaper than a thousandth: millionths of a dollar per GiB and hour. */
const storageMicroDollars: Record<string, number> = { default: 40, hdd: 20, ssd: 40, nvme: 60, ram: 2000 }
const endpointMicroDollars = 100
const ipMilliDollars = 5

/** Default prices in a dollar token of so many decimals, 3 at least. */
export function defaultPrices(tokenDecimals: number): PriceList {
  const milli = (amount: number) => BigInt(amount) * 10n ** BigInt(tokenDecimals - 3)
  const micro = (amount: number) =>
    tokenDecimals >= 6 ? BigInt(amount) * 10n ** BigInt(tokenDecimals - 6) : BigInt(Math.ceil(amount / 1000))
  return {
    cpuPerCoreHour: milli(cpuCoreMilliDollars),
    memoryPerGibHour: milli(memoryGibMilliDollars),
    storagePerGibHour: Object.fromEntries(
      Object.entries(storageMicroDollars).map(([name, amount]) => [name, micro(amount)]),
    ),
    gpuPerHour: Object.fromEntries(
      Object.entries(gpuMilliDollars).map(([model, amount]) => [model, milli(amount)]),
    ),
    endpointPerHour: micro(endpointMicroDollars),
    ipPerHour: milli(ipMilliDollars),
  }
}
