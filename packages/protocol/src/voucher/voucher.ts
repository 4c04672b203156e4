import { hashTypedData } from 'viem/utils'
import { z } from 'zod'
import { type EscrowDomain, escrowTypedDataDomain } from '../agreement/agreement.ts'
import { type Address, addressSchema, amountSchema, type Hex, hexSchema } from '../units/units.ts'

const maxTotal = 2n ** 96n - 1n

/**
 * What a tenant has come to owe a provider since their channel began: a total that only grows, so that the last voucher
 * replaces all before it. The escrow pays what exceeds the total redeemed so far, as far as the channel's collateral goes.
 */
export const voucherSchema = z.strictObject({
  tenant: addressSchema,
  provider: addressSchema,
  token: addressSchema,
  /** Token base units from first to last, fees included. */
  total: amountSchema.refine((total) => total <= maxTotal, 'a total has at most 96 bits'),
})
export type Voucher = z.output<typeof voucherSchema>
export type VoucherWire = z.input<typeof voucherSchema>

/** r, s in the lower half of the curve's order, and v as wallets give it: the one form that the escrow can be given. */
const voucherSignature = /^0x[0-9a-f]{64}[0-7][0-9a-f]{63}1[bc]$/

/** A voucher with the signature of its tenant, or of the key that the tenant named for the channel. */
export const signedVoucherSchema = z.strictObject({
  voucher: voucherSchema,
  signature: hexSchema.refine((hex) => voucherSignature.test(hex), 'a signature has 65 bytes: r, low s, v'),
})
export type SignedVoucher = z.output<typeof signedVoucherSchema>
export type SignedVoucherWire = z.input<typeof signedVoucherSchema>

/** EIP-712 field list, in the order of the contract's type. */
const voucherTypes = {
  Voucher: [
    { name: 'tenant', type: 'address' },
    { name: 'provider', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'total', type: 'uint96' },
  ],
} as const

/** Everything viem's `signTypedData` and `verifyTypedData` take. */
export function voucherTypedData(voucher: Voucher, domain: EscrowDomain) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: voucherTypes,
    primaryType: 'Voucher',
    message: voucher,
  } as const
}

export function hashVoucher(voucher: Voucher, domain: EscrowDomain): Hex {
  return hashTypedData(voucherTypedData(voucher, domain))
}

/** A voucher as `redeem` and `redeemBatch` take it: provider and token are arguments of the call. */
export interface RedeemableVoucher {
  tenant: Address
  total: bigint
  r: Hex
  /** s, with the parity of R's y in its highest bit (ERC-2098). */
  vs: Hex
}

export function redeemableVoucher({ voucher, signature }: SignedVoucher): RedeemableVoucher {
  const r: Hex = `0x${signature.slice(2, 66)}`
  const isOdd = signature.endsWith('1c')
  const firstDigit = Number.parseInt(signature.charAt(66), 16)
  const vs: Hex = `0x${(isOdd ? firstDigit + 8 : firstDigit).toString(16)}${signature.slice(67, 130)}`
  return { tenant: voucher.tenant, total: voucher.total, r, vs }
}
