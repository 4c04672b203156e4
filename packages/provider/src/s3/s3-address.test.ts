import { expect, test } from 'vitest'
import { readS3Address } from './s3-address.ts'

test('finds the bucket and the folder in each way of writing them', () => {
  expect(readS3Address({ source: 's3://models/llama/8b/', region: 'eu-west-1' })).toEqual({
    bucketUrl: 'https://models.s3.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
    prefix: 'llama/8b',
  })
  expect(readS3Address({ source: 's3://my.models' }).bucketUrl).toBe(
    'https://s3.us-east-1.amazonaws.com/my.models',
  )
  expect(readS3Address({ source: 'https://models.store.example/llama%208b' })).toMatchObject({
    bucketUrl: 'https://models.store.example',
    prefix: 'llama 8b',
  })
  expect(readS3Address({ source: 'https://store.example', bucket: 'models/llama' })).toMatchObject({
    bucketUrl: 'https://store.example/models',
    prefix: 'llama',
  })
})

test('says what is no address', () => {
  expect(() => readS3Address({ source: 'models/llama' })).toThrow(/no address/)
  expect(() => readS3Address({ source: 'ftp://models' })).toThrow(/no address/)
})
