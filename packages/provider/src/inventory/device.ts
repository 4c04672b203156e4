/** One GPU, or one slice of one, that can be leased by itself. */
export interface Device {
  /** What the container engine takes: `GPU-…` or `MIG-…` of NVIDIA. Never changes for the same card. */
  id: string
  vendor: 'nvidia' | 'amd' | 'intel' | 'apple'
  /** Lower case without spaces, such as `rtx4090` or `a100-mig-1g.10gb`. */
  model: string
  /** The nominal size, by which orders ask: a 24 GB card reports a few MiB less. */
  memoryBytes: number
  interface?: 'pcie' | 'sxm'
}

/** What one look at the machine's GPUs found. */
export interface DeviceReading {
  devices: Device[]
  driverVersion?: string
  /** Lines that could not be understood, for people. */
  ignored: string[]
}
