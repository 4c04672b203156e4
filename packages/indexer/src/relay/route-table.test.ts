import { ingressLabel, type Route } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { createRouteTable } from './route-table.ts'

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
const open = () =>
  createRouteTable({ ingressDomain: 'sublet.example', customHosts: true, mostPerProvider: 2 })

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

test('a host name belongs to the first who claims it, until it goes, and never within the domain', () => {
  const table = open()
  const first = routeOf(one, 'web', ['App.example.org'])
  expect(table.add(one, first)).toBeUndefined()
  expect(table.add(two, routeOf(two, 'web', ['app.example.org']))).toMatch(/taken by another lease/)
  expect(table.byHost('app.EXAMPLE.org')?.provider).toBe(one)
  expect(table.add(one, first)).toBeUndefined()
  table.removeAll(one)
  expect(table.add(two, routeOf(two, 'web', ['app.example.org']))).toBeUndefined()
  expect(table.byHost('app.example.org')?.provider).toBe(two)
  expect(table.add(one, routeOf(one, 'api', ['evil.sublet.example']))).toMatch(/own domain/)
  const closed = createRouteTable({ ingressDomain: 'localhost', customHosts: false })
  expect(closed.add(one, first)).toMatch(/no host names/)
  expect(closed.byHost('app.example.org')).toBeUndefined()
})

test('one provider cannot fill the table', () => {
  const table = open()
  expect(table.add(one, routeOf(one, 'a'))).toBeUndefined()
  expect(table.add(one, routeOf(one, 'b'))).toBeUndefined()
  expect(table.add(one, routeOf(one, 'c'))).toMatch(/more than 2/)
  expect(table.add(one, routeOf(one, 'a'))).toBeUndefined()
  expect(table.size).toBe(2)
})
