import { expect, test } from 'vitest'
import { planKills } from './src/kill-plan.ts'
import { seeded } from './src/random.ts'

test('of twenty kills more than half hit a start or a stop, the first one the first start, and a seed gives the same again', () => {
  for (let seed = 0; seed < 100; seed++) {
    const plan = planKills(seeded(seed), 20)
    expect(plan).toEqual(planKills(seeded(seed), 20))
    expect(plan[0]?.moment).toBe('starting')
    const count = (moment: string) => plan.filter((kill) => kill.moment === moment).length
    expect([count('starting'), count('up'), count('stopping')]).toEqual([7, 9, 4])
  }
})
