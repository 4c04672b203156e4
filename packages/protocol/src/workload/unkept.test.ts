import { expect, test } from 'vitest'
import { readWorkload } from './read-workload.ts'

const findingsOf = (ports: string, services = 'web, db, cache') => {
  const others = services
    .split(', ')
    .map(
      (name) =>
        `  ${name}:\n    image: ghcr.io/acme/${name}:1\n${name === 'db' ? `    ports: [${ports}]\n` : ''}`,
    )
  const { findings, workload } = readWorkload(`name: app\nservices:\n${others.join('')}`, {
    file: 'app.yaml',
  })
  expect(workload).toBeDefined()
  return findings.map(({ code, severity, message }) => ({ code, severity, message }))
}

test('a list of who may reach a port is warned of where it leaves somebody out', () => {
  expect(findingsOf('{port: 5432, protocol: tcp, public: false, allow: [web]}')).toEqual([
    {
      code: 'workload.allow-unkept',
      severity: 'warning',
      message: expect.stringMatching(/^cache can reach port 5432 of db/),
    },
  ])
})

test('one that leaves nobody out is kept, and so is none', () => {
  const port = '{port: 5432, protocol: tcp, public: false, allow: [web]}'
  expect(findingsOf(port, 'web, db')).toEqual([])
  expect(findingsOf('{port: 5432, protocol: tcp, public: false}')).toEqual([])
})

test('what is not kept is told where its port stands', () => {
  const { findings } = readWorkload(
    'services:\n  db:\n    image: x\n    ports:\n      - 80\n      - {port: 5432, public: false, allow: [web]}\n  web: {image: x}\n  c: {image: x}\n',
    { file: 'app.yaml' },
  )
  expect(findings).toMatchObject([{ code: 'workload.allow-unkept', line: 6, column: 9 }])
})

test('limits of the HTTP entrance are warned of', () => {
  expect(findingsOf('{port: 80, http: {max-body: 5Mi}}')).toMatchObject([{ code: 'workload.http-unkept' }])
})
