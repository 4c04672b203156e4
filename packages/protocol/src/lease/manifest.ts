import { z } from 'zod'
import { agreementSchema } from '../agreement/agreement.ts'
import { hexSchema } from '../units/units.ts'
import { groupSchema } from '../workload/workload.ts'

/** What the tenant sends to the chosen provider, sealed: the signed agreement and everything needed to run. */
export const manifestSchema = z.strictObject({
  agreement: agreementSchema,
  tenantSignature: hexSchema,
  providerSignature: hexSchema,
  /** Name of the deployment, for labels and host names. */
  deployment: z.string(),
  group: groupSchema,
  /** Must be what `termsHashOf` was given. */
  serviceLevels: z.record(z.string(), z.unknown()).optional(),
  /** For a lease paid by vouchers: how many seconds each one pays ahead, which is the most that either side risks. */
  voucher: z.strictObject({ intervalSeconds: z.int().min(1).max(3600) }).optional(),
  /** Values by name, for the secrets that the group refers to. */
  secrets: z.record(z.string(), z.string()),
})
export type Manifest = z.output<typeof manifestSchema>
export type ManifestWire = z.input<typeof manifestSchema>
