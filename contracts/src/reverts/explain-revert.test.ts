import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Abi, encodeErrorResult, parseAbi, toHex } from 'viem'
import { expect, test } from 'vitest'
import { allAbis } from '../all-abis.ts'
import * as contracts from '../index.ts'
import { explainRevert } from './explain-revert.ts'
import { sentences } from './sentences.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const errors = allAbis.flatMap((abi: Abi) => abi.flatMap((item) => (item.type === 'error' ? [item] : [])))

const samples: Record<string, unknown> = {
  address: '0x00000000000000000000000000000000000000A1',
  bytes32: toHex(7, { size: 32 }),
  string: 'a name',
  bool: true,
  bytes4: '0x01020304',
  bytes: '0x01',
}

test('every ABI that is generated is known here and given out', () => {
  const generated = readdirSync(folder('../generated')).filter((name) => name.endsWith('-abi.ts'))
  const givenOut = Object.keys(contracts).filter((name) => name.endsWith('Abi'))
  expect(new Set<Abi>(allAbis).size).toBe(generated.length)
  expect(givenOut).toHaveLength(generated.length)
})

test('says every custom error of every contract in a sentence with its values', () => {
  expect(errors.length).toBeGreaterThan(100)
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

test('knows every error that the sources declare: each is in an ABI', () => {
  const known = new Set(errors.map(({ name }) => name))
  const sources = readdirSync(folder('../../solidity'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sol'))
    .map((name) => readFileSync(folder(`../../solidity/${name}`), 'utf8'))
  const declared = sources.flatMap((text) =>
    [...text.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name),
  )
  expect(declared.length).toBeGreaterThan(100)
  expect(declared.filter((name) => name === undefined || !known.has(name))).toEqual([])
})

test("says what other people's contracts and the language itself refuse with", () => {
  const refusal = encodeErrorResult({
    abi: parseAbi(['error Error(string)']),
    errorName: 'Error',
    args: ['Blacklistable: account is blacklisted'],
  })
  expect(explainRevert(refusal)?.sentence).toBe(
    'A contract that was called refused: Blacklistable: account is blacklisted',
  )
  const panic = encodeErrorResult({
    abi: parseAbi(['error Panic(uint256)']),
    errorName: 'Panic',
    args: [0x11n],
  })
  expect(explainRevert(panic)?.sentence).toBe(
    'A contract that was called failed within itself, with code 17.',
  )
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
