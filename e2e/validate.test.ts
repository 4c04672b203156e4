import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sublet, temporaryDir } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'

interface Checked {
  file: string
  format?: string
  workload?: unknown
  findings: { severity: string; code: string; line: number; column: number }[]
}

test('validate reads every file it is given, whatever is wrong with the others', async () => {
  await using data = await temporaryDir()
  const at = (name: string) => join(data.path, name)
  await writeFile(at('good.yaml'), 'image: x\nport: 80\n')
  await writeFile(at('typo.yaml'), 'image: x\nport: 80\ncpuu: 1\nmemroy: 1Gi\n')
  await writeFile(at('latin1.yaml'), Buffer.from([0x69, 0x3a, 0x20, 0xe9]))
  await writeFile(
    at('compose.yaml'),
    'services: {web: {image: x, ports: ["80"], environment: [API_TOKEN=0123456789abcdef0123]}}\n',
  )
  await mkdir(at('folder.yaml'))

  const all = await sublet(['validate', at('*.yaml'), at('folder.yaml'), at('none.yaml'), '--quiet'])
  expect(all.exitCode).toBe(2)
  const lines = all.stdout.trimEnd().split('\n')
  expect(lines).toEqual([
    expect.stringContaining(`${at('compose.yaml')}:1:`),
    `${at('compose.yaml')}: compose, 1 group, ok`,
    `${at('good.yaml')}: sublet, 1 group, ok`,
    expect.stringContaining(`${at('latin1.yaml')}:1:4 error workload.unreadable`),
    expect.stringContaining(`${at('typo.yaml')}:3:1 error sublet.unknown-key`),
    expect.stringContaining(`${at('typo.yaml')}:4:1 error sublet.unknown-key`),
    expect.stringContaining(`${at('folder.yaml')}:1:1 error workload.unreadable`),
    expect.stringContaining(`${at('none.yaml')}:1:1 error workload.unreadable`),
    '6 files, 2 ok, 1 of them with warnings, 4 with errors',
  ])
  expect(all.stdout).toContain('API_TOKEN')
  expect(all.stdout).not.toContain('0123456789abcdef0123')

  const json = await sublet(['validate', at('latin1.yaml'), at('good.yaml'), '--json'])
  expect(json.exitCode).toBe(2)
  expect(json.json<Checked[]>()).toMatchObject([
    { file: at('latin1.yaml'), findings: [{ code: 'workload.unreadable', line: 1, column: 4 }] },
    { file: at('good.yaml'), format: 'sublet', workload: { form: 'sublet/1' }, findings: [] },
  ])
})

test('validate exits 0, 1 for warnings with --strict, or 2', async () => {
  await using data = await temporaryDir()
  const warned = join(data.path, 'compose.yaml')
  await writeFile(warned, 'services: {web: {image: x, ports: ["80"], dns: 1.1.1.1}}\n')
  expect((await sublet(['validate', warned])).exitCode).toBe(0)
  expect((await sublet(['validate', warned, '--strict'])).exitCode).toBe(1)
  expect((await sublet(['validate', 'examples/hello.yaml', '--strict'])).exitCode).toBe(0)
  expect((await sublet(['validate', warned, join(data.path, 'none.yaml'), '--strict'])).exitCode).toBe(2)
})

test('a file whose name is a pattern is the file', async () => {
  await using data = await temporaryDir()
  const file = join(data.path, 'q[1].yaml')
  await writeFile(file, 'image: x\nport: 80\n')
  await writeFile(join(data.path, 'q1.yaml'), 'imag: x\n')
  const { exitCode, stdout } = await sublet(['validate', file, '--quiet'])
  expect([exitCode, stdout.trim()]).toEqual([0, `${file}: sublet, 1 group, ok`])
})

test('--format says what a file is where its content does not', async () => {
  await using data = await temporaryDir()
  const file = join(data.path, 'app.yaml')
  await writeFile(file, 'services: {web: {image: x}}\n')
  const guessed = await sublet(['validate', file, '--quiet'])
  expect(guessed.stdout).toContain('sublet, 1 group, ok')
  const said = await sublet(['validate', file, '--quiet', '--format', 'compose'])
  expect(said.stdout).toContain('compose, 1 group, ok')
  const converted = await sublet(['convert', file, '--to', 'sublet', '--format', 'compose'])
  expect(converted.stdout).toContain('restart: never')
})

test('--only gives one part of what Akash takes, as it goes into a file', async () => {
  await using data = await temporaryDir()
  const file = join(data.path, 'app.yaml')
  await writeFile(file, 'name: app\nimage: x\nport: 80\nprice: 0.40/h\n')
  const sdl = await sublet(['convert', file, '--to', 'akash', '--only', 'sdl'])
  const written = join(data.path, 'deploy.yaml')
  await writeFile(written, sdl.stdout)
  const read = await sublet(['validate', written, '--quiet'])
  expect(read.stdout).toContain('akash, 1 group, ok')
  const { stdout } = await sublet(['convert', file, '--to', 'akash', '--only', 'hash'])
  expect(stdout).toMatch(/^[0-9a-f]{64}\n$/)
  expect((await sublet(['convert', file, '--to', 'sublet', '--only', 'sdl'])).exitCode).toBe(2)
})

test('no secret of the deployer is shown or written down, and every warning is told', async () => {
  await using data = await temporaryDir()
  const file = join(data.path, 'compose.yaml')
  await writeFile(
    file,
    'services: {web: {image: x, ports: [80], dns: 1.1.1.1, environment: {API_TOKEN: "$API_TOKEN"}, secrets: [s]}}\nsecrets: {s: {environment: API_TOKEN}}\n',
  )
  await writeFile(join(data.path, '.env'), 'API_TOKEN=hunter2xx\n')
  const shown = await sublet(['validate', file])
  expect(shown.exitCode).toBe(0)
  expect(shown.stdout + shown.stderr).not.toContain('hunter2')
  const written = await sublet(['convert', file, '--to', 'sublet'])
  expect(written.stdout + written.stderr).not.toContain('hunter2')
  expect(written.stdout).toContain('secret: API_TOKEN')
  expect(written.stderr).toContain('compose.ignored')
  expect(written.stderr).toContain('--secret API_TOKEN=...')
  for (const to of ['sublet', 'akash']) {
    const json = await sublet(['convert', file, '--to', to, '--json'])
    expect(json.json<{ findings: { code: string }[] }>().findings.map(({ code }) => code)).toContain(
      'compose.ignored',
    )
  }
})
