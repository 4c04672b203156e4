import type { SdlCompute, SdlPlacement, SdlPrice, SdlService } from './sdl.ts'

/** A service at a placement, whose every reference was found. */
export interface PlacedService {
  serviceName: string
  profileName: string
  count: number
  service: SdlService
  compute: SdlCompute
  /** Absent only where that was told as an error. */
  price: SdlPrice | undefined
}

/** All services of a placement, in the order of their names. */
export interface PlacedGroup {
  name: string
  placement: SdlPlacement
  services: PlacedService[]
}
