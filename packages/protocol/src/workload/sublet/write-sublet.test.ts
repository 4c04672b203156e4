import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { arbitraryWorkload } from '../testing/arbitrary-workload.ts'
import { workloadSchema } from '../workload.ts'
import { writeSubletYaml } from './write-sublet.ts'

const read = (text: string) => readWorkload(text, { file: 'app.yaml' })

test('what was written reads back as the same workload', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(arbitraryWorkload, (workload) => {
      expect(workloadSchema.safeParse(workload).error).toBeUndefined()
      const text = writeSubletYaml(workload)
      const { format, workload: again, findings } = read(text)
      const errors = findings.filter(({ severity }) => severity === 'error').map(formatFinding)
      expect([format, errors]).toEqual(['sublet', []])
      expect(again).toEqual(workload)
    }),
    { numRuns: 150 },
  )
})

test('leaves out what goes without saying', () => {
  const { workload } = read('name: app\nimage: ghcr.io/acme/app:1\nports: [80]\n')
  if (workload === undefined) throw new Error('not read')
  expect(writeSubletYaml(workload)).toBe('name: app\nimage: ghcr.io/acme/app:1\nports:\n  - 80\n')
})
