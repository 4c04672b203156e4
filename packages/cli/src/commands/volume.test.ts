import { expect, test } from 'vitest'
import { placeOf } from './volume.ts'

const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_REGION: 'eu-west-1' }

test('takes a snapshot’s place from what every S3 tool reads, and options over it', () => {
  expect(placeOf('s3://backups/app/notes', {}, env)).toEqual({
    bucket: 'backups',
    key: 'app/notes',
    region: 'eu-west-1',
    credentials: { id: 'id', key: 'key' },
  })
  const options = { endpoint: 'http://store.example', region: 'x' }
  expect(placeOf('s3://b/k', options, { ...env, AWS_ENDPOINT_URL: 'http://other' })).toMatchObject(options)
})

test('says what is missing', () => {
  expect(() => placeOf('backups/notes', {}, env)).toThrow(/no place/)
  expect(() => placeOf('s3://backups', {}, env)).toThrow(/no place/)
  expect(() => placeOf('s3://b/k', {}, {})).toThrow(/credentials/)
})
