import { expect, test } from 'vitest'
import { placementObstacle } from '../screen/placement-obstacle.ts'
import { readWorkload } from '../workload/read-workload.ts'
import { orderFor } from './terms.ts'

function orderOf(more: string) {
  const { workload } = readWorkload(`name: app\nimage: ghcr.io/acme/app:1\n${more}`, { file: 'app.yaml' })
  const [group] = workload?.groups ?? []
  if (workload === undefined || group === undefined) throw new Error('not read')
  return orderFor(workload, group, {
    tenant: `0x${'01'.repeat(20)}`,
    chainId: 1,
    token: `0x${'02'.repeat(20)}`,
    salt: `0x${'03'.repeat(32)}`,
    maxRatePerHour: 1n,
    depositSeconds: 60,
    startWithinSeconds: 60,
    createdAtMs: 1,
    expiresAtMs: 2,
  })
}

test.each([
  ['isolation: gvisor', 'isolation-gvisor'],
  ['tee: cpu', 'tee-cpu'],
])('a service with %s goes only where the ask states it', (line, key) => {
  const order = orderOf(`${line}\n`)
  expect(order.placement.attributes).toEqual([{ key, value: 'yes' }])
  const with_ = (attributes: Record<string, string>) =>
    placementObstacle(order, { region: 'eu', attributes }, { auditedBy: [] })
  expect(with_({ [key]: 'yes' })).toBeUndefined()
  expect(with_({})).toMatchObject({ reason: 'attribute', message: expect.stringContaining(key) })
  expect(with_({ [key]: 'no' })).toMatchObject({ reason: 'attribute' })
})

test('services that ask for nothing of the kind go anywhere', () => {
  expect(orderOf('').placement.attributes).toEqual([])
})
