import { BlockList, isIP } from 'node:net'

/** Ranges that are not the public internet: IANA's special-purpose registries for IPv4 and IPv6. */
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** Of IPv6 only global unicast is public, and of that not what carries an IPv4 address or is for examples. */
const public6 = ['2000::/3']
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

/** Whether the provider may speak to an address in a tenant's name. */
export type AddressGuard = (address: string) => boolean

/**
 * Lets through the public internet, and the ranges that the owner allows besides. Throws RangeError for what is no
 * range.
 *
 * @param allow addresses or ranges such as `10.1.0.0/16`.
 */
export function createAddressGuard(allow: readonly string[] = []): AddressGuard {
  const lists = [allow, special4, public6, special6].map(listOf)
  const [allowed, no4, yes6, no6] = lists as [BlockList, BlockList, BlockList, BlockList]
  return (text) => {
    const address = withoutMapping(text)
    const version = isIP(address)
    if (version === 0) return false
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (allowed.check(address, family)) return true
    if (version === 4) return !no4.check(address, family)
    return yes6.check(address, family) && !no6.check(address, family)
  }
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const version = isIP(address)
    if (version === 0) throw new RangeError(`${range} is no address and no range of addresses`)
    const family = version === 4 ? 'ipv4' : 'ipv6'
    list.addSubnet(address, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family)
  }
  return list
}

/** An IPv4 address that comes as IPv6 (`::ffff:10.0.0.1`, `::ffff:a00:1`) as what it is; brackets and zones go. */
function withoutMapping(text: string): string {
  const address = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (dotted?.[1] !== undefined) return dotted[1]
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address)
  if (hex === null) return address
  const [high, low] = [hex[1], hex[2]].map((part) => Number.parseInt(part ?? '0', 16)) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
