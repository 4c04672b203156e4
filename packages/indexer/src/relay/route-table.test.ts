import { ingressLabel, type Route } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { createRouteTable, type OwnNames } from './route-table.ts'

const one = `0x${'11'.repeat(20)}` as const
const two = `0x${'22'.repeat(20)}` as const
const leaseId = `0x${'aa'.repeat(32)}` as const
const routeOf = (provider: typeof one, service: string, hosts: string[] = []): Route => ({
  label: ingressLabel(leaseId, provider, service, 80),
  leaseId,
  service,
  port: 80,
  protocol: 'http',
  hosts,
})
const open = (names?: OwnNames) =>
  createRouteTable({ ingressDomain: 'sublet.example', names, mostPerProvider: 2 })

test('a provider can claim its own labels only', () => {
  const table = open()
  const route = routeOf(one, 'web')
  expect(table.add(two, route)).toMatch(/label is not the one/)
  expect(table.add(one, route)).toBeUndefined()
  expect(table.byLabel(route.label)?.provider).toBe(one)
  table.remove(two, route.label)
  expect(table.byLabel(route.label)).toBeDefined()
  table.removeAll(one)
  expect(table.byLabel(route.label)).toBeUndefined()
})

test('host names of tenants’ own are claimed and withdrawn with their routes, and never within the domain', () => {
  const claims = new Set<string>()
  const table = open({
    claim: ({ route }, host) => void claims.add(`${route.service} ${host}`),
    withdraw: ({ route }) => {
      for (const host of route.hosts) claims.delete(`${route.service} ${host.toLowerCase()}`)
    },
  })
  const first = routeOf(one, 'web', ['App.example.org', 'www.example.org'])
  expect(table.add(one, first)).toBeUndefined()
  expect([...claims]).toEqual(['web app.example.org', 'web www.example.org'])
  expect(table.add(one, routeOf(one, 'web', ['App.example.org']))).toBeUndefined()
  expect([...claims]).toEqual(['web app.example.org'])
  expect(table.add(one, routeOf(one, 'api', ['evil.sublet.example']))).toMatch(/own domain/)
  table.removeAll(one)
  expect([...claims]).toEqual([])
  expect(open().add(one, first)).toMatch(/no host names/)
})

test('one provider cannot fill the table', () => {
  const table = open()
  expect(table.add(one, routeOf(one, 'a'))).toBeUndefined()
  expect(table.add(one, routeOf(one, 'b'))).toBeUndefined()
  expect(table.add(one, routeOf(one, 'c'))).toMatch(/more than 2/)
  expect(table.add(one, routeOf(one, 'a'))).toBeUndefined()
  expect(table.size).toBe(2)
})
