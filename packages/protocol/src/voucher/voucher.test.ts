import fc from 'fast-check'
import { parseSignature, recoverAddress, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  hashVoucher,
  redeemableVoucher,
  signedVoucherSchema,
  type Voucher,
  voucherSchema,
  voucherTypedData,
} from './voucher.ts'

const signer = privateKeyToAccount(toHex(7, { size: 32 }))
const domain = { chainId: 31_337, escrow: toHex(0xe5, { size: 20 }) }
const voucherOf = (total: bigint): Voucher => ({
  tenant: signer.address.toLowerCase() as Voucher['tenant'],
  provider: toHex(0xb0, { size: 20 }),
  token: toHex(0xd0, { size: 20 }),
  total,
})

test('a voucher survives the wire', () => {
  const voucher = voucherOf(2n ** 96n - 1n)
  expect(z.decode(voucherSchema, z.encode(voucherSchema, voucher))).toEqual(voucher)
})

test('a total that the contract could not hold is refused', () => {
  const wire = { ...voucherOf(0n), total: (2n ** 96n).toString() }
  expect(voucherSchema.safeDecode(wire).error?.issues[0]?.message).toBe('a total has at most 96 bits')
})

test('the short form is the same signature: parity in the highest bit, nothing else moved', async () => {
  const property = fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 96n - 1n }), async (total) => {
    const voucher = voucherOf(total)
    const signature = await signer.signTypedData(voucherTypedData(voucher, domain))
    const { r, vs } = redeemableVoucher(
      signedVoucherSchema.decode({ voucher: z.encode(voucherSchema, voucher), signature }),
    )
    const long = parseSignature(signature)
    expect(r).toBe(long.r)
    expect(BigInt(vs)).toBe((BigInt(long.yParity) << 255n) | BigInt(long.s))
    expect(await recoverAddress({ hash: hashVoucher(voucher, domain), signature })).toBe(signer.address)
  })
  await fc.assert(property, { numRuns: 20 })
})

test('signatures that the escrow cannot be given are refused', async () => {
  const voucher = voucherOf(5n)
  const signature = await signer.signTypedData(voucherTypedData(voucher, domain))
  const wire = z.encode(voucherSchema, voucher)
  const isTaken = (text: string) => signedVoucherSchema.safeDecode({ voucher: wire, signature: text }).success
  expect(isTaken(signature)).toBe(true)
  expect(isTaken(signature.toUpperCase().replace('0X', '0x'))).toBe(true)
  expect(isTaken(signature.slice(0, -2))).toBe(false)
  expect(isTaken(`${signature.slice(0, -2)}1d`)).toBe(false)
  // s in the upper half, where every signature has a twin.
  expect(isTaken(`${signature.slice(0, 66)}f${signature.slice(67)}`)).toBe(false)
})
