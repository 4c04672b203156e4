import { SubletError } from '@sublet/protocol'

/** Addresses in one lease's network: 64, of which 61 are free for containers. */
const subnetBits = 26
export const mostInstancesPerLease = 2 ** (32 - subnetBits) - 3

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}

/** What a network's holder is given: the first after the gateway's. */
export function holderAddress(subnet: string): string {
  return toAddress(toNumber(subnet.split('/')[0] ?? '') + 2)
}

/**
 * Subnets that the machine itself leads to, out of the kernel's table (`/proc/net/route`; addresses are hexadecimal, the
 * last byte first).
 */
export function subnetsRouted(table: string): string[] {
  const address = (hex: string) => (hex.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16))
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .flatMap(([, destination = '', gateway, , , , , mask = '']) => {
      if (gateway !== '00000000') return []
      const bits = address(mask.trim()).reduce(
        (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
        0,
      )
      return [`${address(destination).join('.')}/${bits}`]
    })
}

/**
 * The first /26 of the pool that is not in use. Docker's own choice has room for only 31 networks on a machine.
 * Throws `resources.exhausted` when every one is taken.
 */
export function freeSubnet(pool: string, taken: ReadonlySet<string>): string {
  const [base = '', bits = ''] = pool.split('/')
  const count = 2 ** (subnetBits - Number(bits))
  for (let index = 0; index < count; index += 1) {
    const subnet = `${toAddress(toNumber(base) + index * 2 ** (32 - subnetBits))}/${subnetBits}`
    if (!taken.has(subnet)) return subnet
  }
  throw new SubletError('resources.exhausted', `All ${count} networks of ${pool} are in use.`, {
    hint: 'Give the provider a larger subnetPool.',
  })
}
