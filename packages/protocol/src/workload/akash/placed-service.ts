import type { SdlCompute, SdlService } from './sdl.ts'

/** A service at a placement whose every reference was found. */
export interface PlacedService {
  serviceName: string
  placementName: string
  profileName: string
  count: number
  service: SdlService
  compute: SdlCompute
}
