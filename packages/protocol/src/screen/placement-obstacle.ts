import type { Ask } from '../ask/ask.ts'
import type { Order } from '../order/order.ts'
import type { Obstacle, ScreenContext } from './obstacle.ts'
import { isSameAddress, listed } from './words.ts'

/** What of an order's placement a provider does not meet: region, attributes, auditors. */
export function placementObstacle(
  { placement }: Pick<Order, 'placement'>,
  ask: Pick<Ask, 'region' | 'attributes'>,
  { auditedBy = [] }: Pick<ScreenContext, 'auditedBy'>,
): Obstacle | undefined {
  const { regions, attributes, auditors } = placement
  if (regions.length > 0 && !regions.some((region) => isWithinRegion(ask.region, region))) {
    const message = `The region ${listed(regions, 'or')} was asked, the provider is in ${ask.region}.`
    return { reason: 'region', message }
  }
  for (const { key, value } of attributes) {
    const found = attributeOf(ask, key)
    if (found !== value) {
      const there = found === undefined ? 'the provider does not state it' : `the provider states ${found}`
      return { reason: 'attribute', message: `The attribute ${key} = ${value} was asked, ${there}.` }
    }
  }
  const vouches = (auditor: string) => auditedBy.some((address) => isSameAddress(address, auditor))
  const missing = auditors.allOf.filter((auditor) => !vouches(auditor))
  if (missing.length > 0) {
    return {
      reason: 'auditor',
      message: `An audit by ${listed(auditors.allOf)} was asked, ${listed(missing)} did not audit this provider.`,
    }
  }
  if (auditors.anyOf.length > 0 && !auditors.anyOf.some(vouches)) {
    const message = `An audit by ${listed(auditors.anyOf, 'or')} was asked, none of them audited this provider.`
    return { reason: 'auditor', message }
  }
  return undefined
}

/** `eu-west` is within `eu-west` and within `eu`. */
export function isWithinRegion(region: string, wanted: string): boolean {
  return region === wanted || region.startsWith(`${wanted}-`)
}

/** The region counts as an attribute too, which is how Akash files ask for it. */
function attributeOf(
  { attributes, region }: Pick<Ask, 'region' | 'attributes'>,
  key: string,
): string | undefined {
  if (Object.hasOwn(attributes, key)) return attributes[key]
  return key === 'region' ? region : undefined
}
