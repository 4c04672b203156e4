import { expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'

const schema = z.strictObject({
  port: z.int().min(1).max(65535).default(8080),
  databaseUrl: z.string().optional(),
  indexers: z.array(z.url()).default([]),
  open: z.boolean().default(false),
  name: z.string(),
})

test('takes flags before the environment before the file before defaults', () => {
  const config = readConfig(schema, {
    flags: { port: '1', name: undefined },
    env: { SUBLET_PORT: '2', SUBLET_NAME: 'from env', SUBLET_DATABASE_URL: 'postgres://x', OTHER: 'y' },
    file: { path: 'f.json', values: { name: 'from file', port: 3, open: true } },
  })
  expect(config).toEqual({ port: 1, name: 'from env', databaseUrl: 'postgres://x', open: true, indexers: [] })
})

test('reads lists and booleans from text, and takes an empty variable as absent', () => {
  const env = { SUBLET_INDEXERS: 'http://a, http://b', SUBLET_OPEN: 'yes', SUBLET_NAME: 'n', SUBLET_PORT: '' }
  expect(readConfig(schema, { env })).toMatchObject({
    indexers: ['http://a', 'http://b'],
    open: true,
    port: 8080,
  })
})

test('names every bad setting by where it came from', () => {
  const read = () =>
    readConfig(schema, {
      flags: { port: '99999' },
      env: { SUBLET_OPEN: 'maybe' },
      file: { path: 'f.json', values: { colour: 1 } },
    })
  expect(read).toThrowError(/--port: .*65535/)
  expect(read).toThrowError(/SUBLET_OPEN: .*boolean/)
  expect(read).toThrowError(/--name \(or SUBLET_NAME\): is missing/)
  expect(read).toThrowError(/colour in f.json: there is no such setting/)
  expect(read).toThrowError(expect.objectContaining({ code: 'config.invalid' }))
})
