/** Makers of GPUs, as orders name them. */
export type Vendor = 'nvidia' | 'amd' | 'intel' | 'apple'

/** One GPU, or one slice of one, that can be leased by itself. */
export interface Device {
  /**
   * `GPU-…` or `MIG-…` of NVIDIA, which engines take as it is; `amd-0000:03:00.0` or `intel-…` by the place on the
   * bus, which the kernel's device files are found by; `apple-0`. Never changes for the same card in the same slot.
   */
  id: string
  vendor: Vendor
  /** Lower case without spaces, such as `rtx4090` or `a100-mig-1g.10gb`. */
  model: string
  /** The nominal size, by which orders ask: a 24 GB card reports a few MiB less. */
  memoryBytes: number
  interface?: 'pcie' | 'sxm'
  /** For a slice: the id of the card that it is cut from. */
  partOf?: string
}

/** What one look at the machine's GPUs found. */
export interface DeviceReading {
  devices: Device[]
  driverVersion?: string
  /** Lines that could not be understood, for people. */
  ignored: string[]
}

/** Where a card sits on the bus, from its id; undefined for those known by another name. */
export function busAddressOf(deviceId: string): string | undefined {
  return /^(?:amd|intel)-([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/.exec(deviceId)?.[1]
}
