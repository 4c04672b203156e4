import type { SdlVersion } from './akash-version.ts'

/** An SDL file as Akash's parser holds it: defaults not yet applied, null kept where Go keeps nil. */
export interface Sdl {
  version: SdlVersion
  services: Map<string, SdlService>
  compute: Map<string, SdlCompute>
  placement: Map<string, SdlPlacement>
  deployment: Map<string, Map<string, SdlDeployment>>
  /** Name to kind. */
  endpoints: Map<string, string>
  /** Least notice before a provider takes the machine back, in milliseconds. */
  reclaimWindowMs?: number | undefined
}

export interface SdlService {
  image: string
  command: string[] | null
  args: string[] | null
  env: string[] | null
  expose: SdlExpose[]
  params?: SdlParams | undefined
  credentials?: SdlCredentials | undefined
}

export interface SdlCredentials {
  host: string
  email: string
  username: string
  password: string
}

export interface SdlParams {
  storage: Map<string, { mount: string; readOnly: boolean }>
  permissions?: { read: string[] | null } | undefined
  tee: string
}

export interface SdlExpose {
  port: number
  /** 0 means the same as `port`. */
  as: number
  proto: string
  to: SdlExposeTo[]
  accept: string[] | null
  httpOptions: SdlHttpOptions
}

export interface SdlExposeTo {
  service: string
  global: boolean
  ip: string
}

/** 0 and null mean the default. */
export interface SdlHttpOptions {
  maxBodySize: number
  proxyBufferSize: number
  readTimeout: number
  sendTimeout: number
  nextTries: number
  nextTimeout: number
  nextCases: string[] | null
}

/** What an expose that says nothing of HTTP has; always this one, so that it is told at a glance. */
export const noHttpOptions: SdlHttpOptions = {
  maxBodySize: 0,
  proxyBufferSize: 0,
  readTimeout: 0,
  sendTimeout: 0,
  nextTries: 0,
  nextTimeout: 0,
  nextCases: null,
}

export interface SdlCompute {
  /** Absent where the profile has no `resources`, which Akash's parser does not survive. */
  resources?: SdlResources | undefined
}

export interface SdlResources {
  cpu?: { units: number; attributes: Attribute[] } | undefined
  gpu?: { units: number; attributes: Attribute[]; kinds: SdlGpuKind[] } | undefined
  memory?: { bytes: number } | undefined
  /** Null where Go has nil. In Akash's order of volumes. */
  storage: SdlVolume[] | null
}

export interface SdlGpuKind {
  model: string
  ramBytes?: number | undefined
  interface?: string | undefined
}

export interface SdlVolume {
  name: string
  bytes: number
  attributes: Attribute[]
  /** Its place in the file, which the console goes by. */
  declared: number
}

export interface Attribute {
  key: string
  value: string
}

export interface SdlPlacement {
  attributes: Attribute[]
  signedBy: { anyOf: string[] | null; allOf: string[] | null }
  /** By compute profile; absent where the entry is null. */
  pricing: Map<string, SdlPrice | undefined>
}

export interface SdlPrice {
  denom: string
  /** In 10^-18 of the denomination, per block. */
  amount: bigint
}

export interface SdlDeployment {
  profile: string
  count: number
}
