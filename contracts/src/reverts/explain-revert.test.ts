import { type Abi, encodeErrorResult, toHex } from 'viem'
import { expect, test } from 'vitest'
import * as contracts from '../index.ts'
import { explainRevert } from './explain-revert.ts'
import { sentences } from './sentences.ts'

const abis = Object.entries(contracts).flatMap(([name, value]) =>
  name.endsWith('Abi') ? [value as Abi] : [],
)
const errors = abis.flat().flatMap((item) => (item.type === 'error' ? [item] : []))

const samples: Record<string, unknown> = {
  address: '0x00000000000000000000000000000000000000A1',
  bytes32: toHex(7, { size: 32 }),
  string: 'a name',
  bool: true,
  bytes4: '0x01020304',
  bytes: '0x01',
}

test('says every custom error of every contract in a sentence with its values', () => {
  expect(errors.length).toBeGreaterThan(40)
  for (const error of errors) {
    const args = error.inputs.map(({ type }) => samples[type] ?? (type === 'uint8' ? 1 : 12345n))
    const data = encodeErrorResult({ abi: [error], errorName: error.name, args })
    const explained = explainRevert(data)
    expect(explained?.name).toBe(error.name)
    expect(sentences[error.name], `no sentence for ${error.name}`).toBeDefined()
    expect(explained?.sentence).not.toMatch(/[{}]|undefined/)
    expect(explained?.sentence).toMatch(/\.$/)
  }
})

test('has no sentence for an error that no contract has', () => {
  const names = new Set(errors.map(({ name }) => name))
  expect(Object.keys(sentences).filter((name) => !names.has(name))).toEqual([])
})

test('finds the revert data inside nested errors', () => {
  const data = encodeErrorResult({
    abi: contracts.escrowAbi,
    errorName: 'AgreementExpired',
    args: [1_800_000_000, 1_800_000_060n],
  })
  const wrapped = new Error('outer', { cause: { message: 'rpc', data: { data } } })
  expect(explainRevert(wrapped)?.sentence).toBe(
    'The agreement had to be opened by 2027-01-15T08:00:00Z; it is 2027-01-15T08:01:00Z.',
  )
})

test('leaves errors of others alone', () => {
  expect(explainRevert(new Error('no'))).toBeUndefined()
  expect(explainRevert('0xdeadbeef')).toBeUndefined()
  expect(explainRevert(undefined)).toBeUndefined()
})
