import { readWorkload } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { sourceForGpu, starters } from './starters.ts'
import { secretNames } from './workload-view.ts'

test.each(starters)('the $name starter is a file without a single finding', ({ name, source }) => {
  const { findings, workload } = readWorkload(source, { file: `${name}.yaml` })
  expect(findings).toEqual([])
  expect(workload?.groups).toHaveLength(1)
})

test('a chosen GPU lands in the file', () => {
  const { findings, workload } = readWorkload(sourceForGpu('h100'), { file: 'model.yaml' })
  expect(findings).toEqual([])
  expect(workload?.groups[0]?.services[0]?.resources.gpu?.anyOf[0]?.model).toBe('h100')
})

test('finds the secrets that a workload needs, once each', () => {
  const source = starters.find(({ name }) => name === 'stack')?.source ?? ''
  const { workload } = readWorkload(source, { file: 'stack.yaml' })
  expect(workload === undefined ? [] : secretNames(workload)).toEqual(['database-password'])
})
