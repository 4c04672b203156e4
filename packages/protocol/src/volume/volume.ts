import { z } from 'zod'
import { addressSchema, bytes32Schema } from '../units/units.ts'

/** A volume that is kept for a deployment, as its provider tells the tenant. */
export const keptVolumeSchema = z.strictObject({
  /** The provider's own name for it. */
  id: z.string(),
  /** Name of the deployment. */
  deployment: z.string(),
  /** `SERVICE/REPLICA/NAME`, or the name alone where services share it. */
  volume: z.string(),
  /** A running lease uses it. */
  inUse: z.boolean(),
  /** Milliseconds since 1970; past it an unused volume is removed with all that is in it. */
  keptUntilMs: z.int().optional(),
})
export type KeptVolume = z.output<typeof keptVolumeSchema>

/** What a provider calls one service's own volume; one that services share has its name alone. */
export function ownVolumeName(service: string, replica: number, volume: string): string {
  return `${service}/${replica}/${volume}`
}

/** An object in an S3-compatible store. */
export const snapshotPlaceSchema = z.strictObject({
  /** Address of the store, such as `https://s3.eu-west-1.amazonaws.com`; Amazon's own for the region where absent. */
  endpoint: z.url().optional(),
  bucket: z.string().min(1),
  key: z.string().min(1),
  region: z.string().default('us-east-1'),
  credentials: z.strictObject({ id: z.string().min(1), key: z.string().min(1) }),
})
export type SnapshotPlace = z.output<typeof snapshotPlaceSchema>
export type SnapshotPlaceWire = z.input<typeof snapshotPlaceSchema>

/** 32 bytes. */
const snapshotKeySchema = bytes32Schema

/** `POST /volumes/:id/snapshot`. */
export const snapshotRequestSchema = z.strictObject({
  to: snapshotPlaceSchema,
  /** What the snapshot is encrypted under before it leaves the provider. */
  encryptionKey: snapshotKeySchema,
})
export type SnapshotRequest = z.output<typeof snapshotRequestSchema>

/** `POST /volumes/restore`. */
export const restoreRequestSchema = z.strictObject({
  from: snapshotPlaceSchema,
  encryptionKey: snapshotKeySchema,
  deployment: z.string().min(1),
  volume: z.string().min(1).max(200),
  /** Put it in the place of a volume that is there. */
  replace: z.boolean(),
})
export type RestoreRequest = z.output<typeof restoreRequestSchema>

/** What a person asks a controller for, which knows the wallet's key and the providers. */
export const volumeSnapshotSchema = z.strictObject({
  provider: addressSchema,
  id: z.string(),
  to: snapshotPlaceSchema,
})
export type VolumeSnapshot = z.output<typeof volumeSnapshotSchema>
export const volumeRestoreSchema = restoreRequestSchema
  .omit({ encryptionKey: true })
  .extend({ provider: addressSchema })
export type VolumeRestore = z.output<typeof volumeRestoreSchema>
/** `GET /v1/volumes` of a controller. */
export const tenantVolumesSchema = z.strictObject({
  volumes: z.array(keptVolumeSchema.extend({ provider: addressSchema })),
  /** Providers that did not answer; they may keep more. */
  silent: z.array(addressSchema),
})
export type TenantVolumeList = z.output<typeof tenantVolumesSchema>

/** How a snapshot or a restoration goes, newline-delimited; the last line has `done` or `problem`. */
export const volumeProgressSchema = z.strictObject({
  /** Bytes of the archive of the volume's files. */
  archiveBytes: z.int().nonnegative(),
  /** Bytes of it in the store, compressed and encrypted. */
  storedBytes: z.int().nonnegative(),
  done: z.boolean(),
  /** As `toProblem` gives it. */
  problem: z.record(z.string(), z.unknown()).optional(),
})
export type VolumeProgress = z.output<typeof volumeProgressSchema>
