import { validationSchema } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { checkFile } from './check-file.ts'

test('says what the controller would say, in data that can leave a worker', () => {
  const source = 'image: x\nport: 808000\nenv: { PASSWORD: hunter2 }\n'
  const checked = checkFile(source, 'app.yaml')
  const { inputs, ...validation } = structuredClone(checked)
  expect(validationSchema.parse(validation)).toEqual(validation)
  expect(inputs).toEqual({ files: [], variables: [] })
  expect(checked.findings[0]).toMatchObject({ severity: 'error', file: 'app.yaml', line: 2, column: 7 })
  expect(checked.workload).toBeUndefined()
  expect(checkFile('image: x\nport: 80\n', 'app.yaml')).toMatchObject({
    format: 'sublet',
    findings: [],
    workload: { name: 'x' },
  })
})

test('names what a Compose file takes from around it, and reads it with that', () => {
  const source = `services:
  web:
    image: \${IMAGE:?which image}
    env_file: web.env
    ports: ["80:80"]
`
  const lacking = checkFile(source, 'compose.yaml')
  expect(lacking.inputs).toEqual({ files: ['web.env'], variables: ['IMAGE'] })
  expect(lacking.workload).toBeUndefined()
  const given = { files: { 'web.env': 'MODE=on\n' }, env: { IMAGE: 'nginx:1' } }
  const checked = checkFile(source, 'compose.yaml', given)
  expect(checked.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(checked.workload?.groups[0]?.services[0]).toMatchObject({ image: 'nginx:1' })
})
