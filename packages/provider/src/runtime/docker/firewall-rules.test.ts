import fc from 'fast-check'
import { expect, test } from 'vitest'
import { firewallChanges, firewallRules, leaseFirewallNames, nameServersIn } from './firewall-rules.ts'

const { forward, input, bridges } = leaseFirewallNames
const forwardHook = `-i ${bridges} -j ${forward}`
const inputHook = `-i ${bridges} -j ${input}`

type Tables = Map<string, string[]>

/** What `iptables -S` says of these chains. */
function listingOf(tables: Tables): string {
  const policies = ['-P INPUT ACCEPT', '-P FORWARD ACCEPT', '-P OUTPUT ACCEPT']
  const rules = [...tables].flatMap(([chain, list]) => list.map((rule) => `-A ${chain} ${rule}`))
  return [...policies, ...[...tables.keys()].map((chain) => `-N ${chain}`), ...rules, ''].join('\n')
}

/** What `iptables-restore --noflush` makes of them. Throws where it would refuse. */
function restored(before: Tables, script: string | undefined): Tables {
  const tables = new Map([...before].map(([chain, rules]) => [chain, [...rules]]))
  for (const line of (script ?? '').split('\n')) {
    const declared = /^:(\S+) /.exec(line)?.[1]
    if (declared !== undefined) tables.set(declared, [])
    const [, kind, chain = '', rest = ''] = /^-([AID]) (\S+) (.*)$/.exec(line) ?? []
    if (kind === undefined) continue
    const rules = tables.get(chain)
    if (rules === undefined) throw new Error(`no chain ${chain}`)
    if (kind === 'A') rules.push(rest)
    if (kind === 'I') rules.unshift(rest.replace(/^1 /, ''))
    if (kind === 'D' && !rules.includes(rest)) throw new Error(`no rule ${rest}`)
    if (kind === 'D') rules.splice(rules.indexOf(rest), 1)
  }
  return tables
}

const othersRule = fc.constantFrom(
  '-j ACCEPT',
  '-i eth0 -j ACCEPT',
  '-j CNI-FORWARD',
  '-o docker0 -j DOCKER',
  '-s 10.0.0.0/8 -j ACCEPT',
)
const hooks = fc.constantFrom(forwardHook, inputHook, '-i sbltother+ -j SUBLET-OTHER')
const someRules = fc.array(fc.oneof(othersRule, hooks), { maxLength: 6 })

/** A machine as Docker, Podman, a firewall of the owner's or an earlier start left it. */
const machine: fc.Arbitrary<Tables> = fc
  .record({
    INPUT: someRules,
    FORWARD: someRules,
    user: fc.option(someRules, { nil: undefined }),
    usersFirst: fc.boolean(),
    own: fc.option(fc.array(fc.oneof(othersRule, fc.constant('-j RETURN')), { maxLength: 4 }), {
      nil: undefined,
    }),
  })
  .map(({ INPUT, FORWARD, user, usersFirst, own }) => {
    const tables: Tables = new Map([
      ['INPUT', INPUT],
      [
        'FORWARD',
        user === undefined ? FORWARD : [...(usersFirst ? [] : ['-j ACCEPT']), '-j DOCKER-USER', ...FORWARD],
      ],
    ])
    if (user !== undefined) tables.set('DOCKER-USER', user)
    if (own !== undefined) for (const chain of [forward, input]) tables.set(chain, own)
    return tables
  })

test('whatever is there, the rules stand afterwards, and nothing more is to be done', () => {
  fc.assert(
    fc.property(machine, fc.array(fc.ipV4(), { maxLength: 2 }), (before, nameServers) => {
      const after = restored(before, firewallChanges(listingOf(before), nameServers))
      expect(firewallChanges(listingOf(after), nameServers)).toBeUndefined()
      const wanted = firewallRules(nameServers)
      for (const chain of [forward, input]) expect(after.get(chain)).toEqual(wanted[chain])
    }),
  )
})

test('nobody lets a lease’s packet pass before it was looked at', () => {
  /** The first chain or verdict that a packet of a lease meets which is none of the hooks of others. */
  const firstFor = (tables: Tables, chain: string): string | undefined => {
    for (const rule of tables.get(chain) ?? []) {
      if (rule === forwardHook || rule === inputHook) return rule
      if (rule === '-j DOCKER-USER') {
        const inside = firstFor(tables, 'DOCKER-USER')
        if (inside !== undefined) return inside
      } else if (!rule.includes('SUBLET-')) return rule
    }
    return undefined
  }
  fc.assert(
    fc.property(machine, (before) => {
      const after = restored(before, firewallChanges(listingOf(before), []))
      expect([forwardHook, inputHook]).toContain(firstFor(after, 'FORWARD'))
      expect([forwardHook, inputHook]).toContain(firstFor(after, 'INPUT'))
    }),
  )
})

test('hooks in where Docker asks its users, and at the top of all where there is no Docker', () => {
  const withDocker: Tables = new Map([
    ['INPUT', []],
    ['FORWARD', ['-j DOCKER-USER', '-j DOCKER-ISOLATION-STAGE-1']],
    ['DOCKER-USER', ['-j RETURN']],
  ])
  expect(firewallChanges(listingOf(withDocker), [])).toContain(`-I DOCKER-USER 1 ${forwardHook}\n`)
  const withPodman: Tables = new Map([
    ['INPUT', []],
    ['FORWARD', ['-j CNI-FORWARD']],
  ])
  expect(firewallChanges(listingOf(withPodman), [])).toContain(`-I FORWARD 1 ${forwardHook}\n`)
})

test('shuts metadata addresses and private ranges, but leaves the name servers', () => {
  expect(nameServersIn('# x\nnameserver 127.0.0.53\nnameserver 192.168.1.1\n')).toEqual(['192.168.1.1'])
  const rules = firewallRules(['192.168.1.1'])
  const lines = rules[forward] ?? []
  const refused = lines.filter((line) => line.includes('REJECT')).join('\n')
  for (const range of ['169.254.0.0/16', '168.63.129.16/32', '10.0.0.0/8', '192.168.0.0/16', '198.18.0.0/15'])
    expect(refused).toContain(`-d ${range} `)
  expect(lines.findIndex((line) => line.includes('192.168.1.1'))).toBeLessThan(
    lines.findIndex((line) => line.includes('192.168.0.0/16')),
  )
  expect(rules[input]?.at(-1)).toMatch(/^-j REJECT/)
})
