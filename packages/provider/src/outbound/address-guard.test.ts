import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAddressGuard } from './address-guard.ts'

const guard = createAddressGuard()

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1%eth0',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '[::1]',
  'localhost',
  '',
])('refuses %s', (address) => expect(guard(address)).toBe(false))

test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])(
  'lets through %s',
  (address) => expect(guard(address)).toBe(true),
)

test('lets through what the owner allows, and nothing beside it', () => {
  const own = createAddressGuard(['10.1.0.0/16', '::1'])
  expect(['10.1.255.1', '::1', '10.2.0.1', '127.0.0.1'].map(own)).toEqual([true, true, false, false])
  expect(() => createAddressGuard(['home'])).toThrow(RangeError)
})

test('takes an IPv4 address for the same in every way of writing it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const parts = address.split('.').map(Number) as [number, number, number, number]
      const hex = [parts[0] * 256 + parts[1], parts[2] * 256 + parts[3]].map((one) => one.toString(16))
      expect(guard(`::ffff:${address}`)).toBe(guard(address))
      expect(guard(`::ffff:${hex.join(':')}`)).toBe(guard(address))
    }),
  )
})
