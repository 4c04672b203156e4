import type { Hex } from '@sublet/protocol'
import type { Holdings } from '../bid/holdings.ts'
import type { DiskHeld, Runtime } from '../runtime/runtime.ts'
import { type Claim, type Free, freeOf, noClaim, withHeld } from './claims.ts'
import type { Machine } from './measure-machine.ts'
import { type Withheld, withheldDevices } from './withheld.ts'

/** What the machine has, as it was last measured, and what of it is free now. */
export interface Stock {
  machine(): Machine
  /** Devices that nobody leases and that are not on offer either. */
  withheld(): readonly Withheld[]
  /** References of images that are here and that strangers may know of. */
  images(): readonly string[]
  /** What nobody has claimed; `without` leaves one lease's own claim out, where it is about to be decided anew. */
  free(without?: Hex): Free
  /** Volumes without a lease that are kept: what they hold is not free. */
  keep(volumes: readonly DiskHeld[]): void
  measure(): Promise<void>
  lookForImages(): Promise<void>
}

export async function createStock(parts: {
  measure: () => Promise<Machine>
  runtime: Pick<Runtime, 'name'>
  /** Images that are here and may be named in asks. */
  images: () => Promise<string[]>
  /** What claims and kept volumes have taken of the disks so far. */
  diskHeld: () => Promise<readonly DiskHeld[]>
  holdings: Pick<Holdings, 'claims'>
}): Promise<Stock> {
  const { measure, runtime, diskHeld, holdings } = parts
  let kept: Claim[] = []
  let machine = await look()
  /** As it was when the machine was measured: whoever computes on a device after that may be a lease. */
  let lastWithheld: Withheld[] | undefined
  let images = await parts.images()

  /** Free disk shrinks as leases fill theirs; what they were promised must not be counted twice. */
  async function look(): Promise<Machine> {
    const [measured, held] = await Promise.all([measure(), diskHeld()])
    return { ...measured, capacity: withHeld(measured.capacity, held) }
  }

  function withheld(): Withheld[] {
    const claimed = new Set(holdings.claims().flatMap(({ gpuIds }) => gpuIds))
    lastWithheld ??= withheldDevices({
      devices: machine.capacity.devices,
      reading: machine.gpus,
      claimed,
      runtime: runtime.name,
    })
    return lastWithheld.filter(({ id }) => !claimed.has(id))
  }

  return {
    machine: () => machine,
    withheld,
    images: () => images,
    free: (without) =>
      freeOf(
        machine.capacity,
        [...holdings.claims(without), ...kept],
        new Set(withheld().map(({ id }) => id)),
      ),
    keep(volumes) {
      kept = volumes.map((volume) => ({ ...noClaim, storageBytes: { [volume.class]: volume.heldBytes } }))
    },
    async measure() {
      machine = await look()
      lastWithheld = undefined
      withheld()
    },
    async lookForImages() {
      images = await parts.images()
    },
  }
}
