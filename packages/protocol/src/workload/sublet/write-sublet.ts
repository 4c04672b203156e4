import { dump } from 'js-yaml'
import { formatDuration, formatPrice } from '../../units/quantity.ts'
import type { Group, Placement, Policy, Workload } from '../workload.ts'
import { defaultGroupName, normalPolicy } from './read-sublet.ts'
import { filled, listed, present, type Written } from './written.ts'
import { writtenService } from './written-service.ts'

/**
 * A workload as Sublet YAML, without what goes without saying. Reading it gives the same workload, if that holds to the
 * rules of the normal form (sorted lists, names that resolve).
 */
export function writeSubletYaml(workload: Workload): string {
  return dump(writtenWorkload(workload), { lineWidth: 110, noRefs: true, quotingType: '"' })
}

function writtenWorkload(workload: Workload): Written {
  const { name, groups, policy, maxDurationSeconds, autoscale, cluster, serviceLevels } = workload
  return present({
    name,
    ...writtenGroups(name, groups),
    policy: writtenPolicy(policy),
    duration: maxDurationSeconds === undefined ? undefined : formatDuration(maxDurationSeconds * 1000),
    autoscale,
    cluster,
    'service-levels': serviceLevels,
  })
}

function writtenGroups(name: string, groups: readonly Group[]): Written {
  const [group, ...others] = groups
  if (group === undefined || others.length > 0 || group.name !== defaultGroupName) {
    return {
      groups: Object.fromEntries(
        groups.map((each) => [each.name, { ...writtenServices(each), ...writtenTerms(each) }]),
      ),
    }
  }
  const [service, ...more] = group.services
  // One service needs no list, if it bears the name that it would be given.
  const short = service !== undefined && more.length === 0 && service.name === name
  return { ...(short ? writtenService(service) : writtenServices(group)), ...writtenTerms(group) }
}

function writtenServices(group: Group): Written {
  return {
    services: Object.fromEntries(group.services.map((service) => [service.name, writtenService(service)])),
  }
}

function writtenTerms({ placement, ips, maxRatePerHour }: Group): Written {
  return present({
    placement: filled(writtenPlacement(placement)),
    price: maxRatePerHour === undefined ? undefined : { max: formatPrice(BigInt(maxRatePerHour)) },
    ips: listed(ips),
  })
}

function writtenPlacement({ regions, maxLatencyMs, attributes, auditors }: Placement): Written {
  return present({
    region: regions.length === 1 ? regions[0] : listed(regions),
    'max-latency': maxLatencyMs === undefined ? undefined : formatDuration(maxLatencyMs),
    attributes:
      attributes.length === 0
        ? undefined
        : Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
    auditors: filled(present({ any: listed(auditors.anyOf), all: listed(auditors.allOf) })),
  })
}

function writtenPolicy({ choose, auction, windowMs }: Policy): unknown {
  const usual = normalPolicy({ choose })
  const written = present({
    choose: choose === 'cheapest' ? undefined : choose,
    auction: auction === usual.auction ? undefined : auction,
    window: windowMs === usual.windowMs ? undefined : formatDuration(windowMs),
  })
  const keys = Object.keys(written)
  return keys.length === 1 && keys[0] === 'choose' ? choose : filled(written)
}
