// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose files
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDir } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { readInputs, readSourceFile } from './source-file.ts'

async function inputsOf(source: string, beside: Record<string, string>, env: Record<string, string> = {}) {
  await using data = await temporaryDir()
  await mkdir(join(data.path, 'app', 'conf'), { recursive: true })
  for (const [name, text] of Object.entries(beside)) await writeFile(join(data.path, 'app', name), text)
  return await readInputs(join(data.path, 'app', 'compose.yaml'), source, undefined, env)
}

const beside = { 'a.env': 'A=1', 'b.env': 'B=2', 'conf/app.txt': 'text', '../outside.env': 'X=1' }

test.each([
  ['a text', 'env_file: a.env', ['a.env']],
  ['an inline list', 'env_file: [a.env, ./b.env]', ['./b.env', 'a.env']],
  ['a block list', 'env_file:\n      - a.env\n      - b.env # the second', ['a.env', 'b.env']],
  ['mappings', 'env_file: [{path: a.env, required: false}]', ['a.env']],
  ['a name with a variable', 'env_file: "${WHICH:-a}.env"', ['a.env']],
  ['what is not there or not inside', 'env_file: [none.env, ../outside.env, /etc/hostname, conf]', []],
])('finds the files named by %s', async (_how, line, names) => {
  const { files } = await inputsOf(`services:\n  web:\n    image: x\n    ${line}\n`, beside)
  expect(Object.keys(files).sort()).toEqual(names)
})

test('finds configs, secrets and what a .env fills in', async () => {
  const source =
    'services: {web: {image: x, env_file: ["${WHICH}.env"]}}\nconfigs: {c: {file: conf/app.txt}}\nsecrets: {s: {file: ./b.env}}\n'
  const { files } = await inputsOf(source, { ...beside, '.env': 'WHICH=a' })
  expect(files).toEqual({ '.env': 'WHICH=a', 'a.env': 'A=1', 'conf/app.txt': 'text', './b.env': 'B=2' })
})

test('takes only the variables that are named, in the document or in its files', async () => {
  const source =
    'services:\n  web: {image: "x:$TAG", env_file: a.env, environment: [BARE, SET=1]}\n  b: {image: x, environment: {ALSO:, NOT: 1}}\nsecrets: {s: {environment: KEY}}\n'
  const env = { TAG: '1', BARE: 'b', ALSO: 'a', KEY: 'k', FROM: 'f', ALONE: 'l', COMPOSE_PROFILES: 'p' }
  const { env: taken } = await inputsOf(
    source,
    { 'a.env': 'A=${FROM:-x}\nALONE\n' },
    { ...env, NOT: 'n', SET: 's', HOME: '/root' },
  )
  expect(taken).toEqual(env)
})

test('a file of another format names nothing', async () => {
  expect(await inputsOf('image: x\nenv: {A: $HOME}\n', beside, { HOME: '/root' })).toEqual({
    files: {},
    env: {},
  })
})

test('- reads what is piped in, whole characters whatever the pieces', async () => {
  const bytes = Buffer.from('name: grüße\n')
  const cut = bytes.indexOf(0xc3) + 1
  expect(await readSourceFile('-', pieces(bytes.subarray(0, cut), bytes.subarray(cut)))).toBe('name: grüße\n')
})

test('- refuses a terminal, and more than a workload file may hold', async () => {
  const terminal = Object.assign(pieces(), { isTTY: true })
  await expect(readSourceFile('-', terminal)).rejects.toMatchObject({ code: 'workload.unreadable' })
  await expect(readSourceFile('-', pieces(new Uint8Array(2 * 1024 * 1024)))).rejects.toThrow(
    'larger than 1 MiB',
  )
})

async function* pieces(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
