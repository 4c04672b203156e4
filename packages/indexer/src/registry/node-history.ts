import { type Role, roles } from '@sublet/contracts'
import { type Address, addressSchema, bytes32Schema, type Hex } from '@sublet/protocol'
import { z } from 'zod'

const roleSchema = z.enum(roles as unknown as readonly [Role, ...Role[]])

/** One thing that the registry said about a node. */
export const nodeEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('registered'),
    role: roleSchema,
    endpoint: z.string(),
    publicKey: bytes32Schema,
  }),
  z.strictObject({ type: z.literal('updated'), endpoint: z.string(), publicKey: bytes32Schema }),
  z.strictObject({ type: z.literal('role-left'), role: roleSchema }),
  z.strictObject({ type: z.literal('jailed'), untilSeconds: z.int() }),
])
export type NodeEvent = z.output<typeof nodeEventSchema>

/** A node as the registry lists it, as far as a market needs it. */
export interface RegisteredNode {
  address: Address
  roles: readonly Role[]
  endpoint: string
  publicKey: Hex
  /** Unix seconds; 0 when it never was. */
  jailedUntil: number
}

const zeroKey = `0x${'00'.repeat(32)}`

/** What a node's events, from old to new, come to; undefined when it holds no role. */
export function nodeOf(address: Address, history: readonly NodeEvent[]): RegisteredNode | undefined {
  const held = new Set<Role>()
  let endpoint = ''
  let publicKey: Hex = zeroKey as Hex
  let jailedUntil = 0
  for (const event of history) {
    switch (event.type) {
      case 'registered':
        held.add(event.role)
        ;({ endpoint, publicKey } = standing(event, { endpoint, publicKey }))
        break
      case 'updated':
        ;({ endpoint, publicKey } = standing(event, { endpoint, publicKey }))
        break
      case 'role-left':
        held.delete(event.role)
        break
      case 'jailed':
        jailedUntil = event.untilSeconds
    }
  }
  if (held.size === 0) return undefined
  return {
    address: addressSchema.parse(address),
    roles: roles.filter((role) => held.has(role)),
    endpoint,
    publicKey,
    jailedUntil,
  }
}

interface Reach {
  endpoint: string
  publicKey: Hex
}

/** An empty endpoint or a zero key leaves what stands. */
function standing(event: Reach, before: Reach): Reach {
  return {
    endpoint: event.endpoint === '' ? before.endpoint : event.endpoint,
    publicKey: event.publicKey === zeroKey ? before.publicKey : event.publicKey,
  }
}

/** Whether a node may offer compute at this moment. */
export function isActiveProvider(node: RegisteredNode | undefined, nowMs: number): boolean {
  return node?.roles.includes('provider') === true && node.jailedUntil * 1000 <= nowMs
}
