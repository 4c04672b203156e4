import { type Address, isAddress } from 'viem'
import { z } from 'zod'
import type { DeployOptions } from './deploy-options.ts'

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), 'is not an address')
  .transform((text) => text.toLowerCase() as Address)
/** Base units; too many for a JSON number, so they are text. */
const amount = z
  .string()
  .regex(/^\d{1,30}$/, 'is not a whole number of base units, written as text')
  .transform(BigInt)
const seconds = z.int().positive()
const stake = z.strictObject({ base: amount, perCapacity: amount.default(0n) })

/** How a network is to be set up; `DeployOptions` says what each field is and what it is when left out. */
const networkConfigSchema = z.strictObject({
  testNetwork: z.boolean().optional(),
  paymentToken: address.optional(),
  allowedTokens: z.array(address).optional(),
  fundAsset: address.optional(),
  treasury: address.optional(),
  guardian: address.optional(),
  treasuryFeeBps: z.int().min(0).max(1_000).optional(),
  noticePeriodSeconds: z.int().min(0).max(604_800).optional(),
  unbondingPeriodSeconds: seconds.optional(),
  initialSupply: amount.optional(),
  distribution: z.array(z.strictObject({ to: address, amount })).optional(),
  minimumStake: z
    .strictObject({ provider: stake.optional(), indexer: stake.optional(), checker: stake.optional() })
    .optional(),
  epochSeconds: seconds.optional(),
  beacon: z.enum(['commit-reveal', 'drand']).optional(),
  beaconBond: amount.optional(),
  committeeSize: z.int().min(1).max(15).optional(),
  voteCommitSeconds: seconds.optional(),
  voteRevealSeconds: seconds.optional(),
  appealSeconds: seconds.optional(),
  jailSeconds: seconds.optional(),
  slashAmount: amount.optional(),
  appealBond: amount.optional(),
  challengeSeconds: seconds.optional(),
  challengeBond: amount.optional(),
  votingDelaySeconds: seconds.optional(),
  votingPeriodSeconds: seconds.optional(),
  proposalThreshold: amount.optional(),
  quorumPercent: z.int().min(1).max(100).optional(),
  timelockDelaySeconds: seconds.optional(),
  handOver: z.boolean().optional(),
})

/**
 * Reads a network's configuration, JSON.
 * @throws Error with every field that is wrong.
 */
export function parseNetworkConfig(text: string): DeployOptions {
  const parsed = networkConfigSchema.safeParse(JSON.parse(text))
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    throw new Error(`The configuration is wrong: ${wrong.join('; ')}.`)
  }
  // A field that is left out is absent, not undefined: that is what the options' types say.
  return Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined))
}
