import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openSource } from '../read-workload.ts'
import { Findings } from '../source/findings.ts'
import { mutate, seededRandom } from '../testing/mutate.ts'
import { seedFiles } from '../testing/seed-files.ts'
import { consoleSurelyHashesAlike } from './console-alike.ts'
import { warnOfConsoleHash } from './console-hash.ts'
import { consoleView } from './console-refusal.ts'
import type { AkashFile } from './console-schema.ts'
import { consoleSurelyTakes } from './console-takes.ts'
import { decodeSdl } from './decode-sdl.ts'
import { buildDeployment } from './manifest.ts'
import { validateSdl } from './validate-sdl.ts'

/** What the short looks and the long ones say of a file; undefined where none is asked, as Akash refuses it. */
function looks(text: string) {
  const { source } = openSource(text, { file: 'deploy.yaml', format: 'akash' })
  const sdl = decodeSdl(source.findings, source.tree)
  if (sdl !== undefined) validateSdl(source.findings, sdl)
  if (sdl === undefined || source.findings.hasErrors) return undefined
  const deployment = buildDeployment(sdl)
  const findings = new Findings('deploy.yaml', text)
  const seen = consoleView({ ...source, findings })
  const taken = findings.list.length === 0
  if (seen !== undefined) warnOfConsoleHash(findings, seen, deployment)
  const alike = findings.list.length === 0
  const surelyTaken = consoleSurelyTakes(source, sdl)
  const surelyAlike =
    surelyTaken && consoleSurelyHashesAlike(source.tree as AkashFile, source.text, sdl, deployment)
  return { taken, surelyTaken, alike, surelyAlike }
}

function expectSound(text: string): void {
  const said = looks(text)
  if (said === undefined) return
  if ((said.surelyTaken && !said.taken) || (said.surelyAlike && !said.alike))
    expect.fail(`${JSON.stringify(said)}:\n${text.slice(0, 4000)}`)
}

const usual = {
  version: '2.0',
  services: {
    db: {
      image: 'postgres',
      expose: [{ port: 5432, to: [{ service: 'web' }] }],
      params: { storage: { data: { mount: '/data', readOnly: false } } },
    },
    web: {
      image: 'nginx',
      command: ['sh'],
      args: ['-c'],
      env: ['A=1', 'B='],
      expose: [
        { port: 53, proto: 'UDP', to: [{ global: true }] },
        { port: 80, as: 80, proto: 'tcp', accept: ['example.org'], to: [{ global: true }] },
        { port: 3000, to: [{ service: 'db', global: false }] },
      ],
    },
  },
  profiles: {
    compute: {
      db: {
        resources: {
          cpu: { units: 1 },
          memory: { size: '1Gi' },
          storage: [
            { size: '1Gi' },
            { name: 'data', size: '10Gi', attributes: { class: 'beta2', persistent: true } },
          ],
        },
      },
      web: {
        resources: {
          cpu: { units: 0.5 },
          memory: { size: '512Mi' },
          storage: { size: '1Gi' },
          gpu: {
            units: 1,
            attributes: { vendor: { nvidia: [{ model: 'a100', ram: '80Gi' }, { model: 'h100' }] } },
          },
        },
      },
    },
    placement: {
      any: {
        attributes: { host: 'akash' },
        signedBy: { anyOf: ['akash1xyz'], allOf: [] },
        pricing: { db: { denom: 'uact', amount: 1000 }, web: { denom: 'uact', amount: 0.5 } },
      },
    },
  },
  deployment: {
    db: { any: { profile: 'db', count: 1 } },
    web: { any: { profile: 'web', count: 2 } },
  },
}

/** As they would be typed. */
const odd =
  `~ true false yes on 0 1 2 -1 0.1 1.5 1.0 0.50 010 0x10 1_000 65536 70000 4294967296 1e3 .inf .nan "" x "1" a-b
  tcp Udp "a\\Lb" "\\u2029" /p /data 1Gi 1.5Gi 10gi 1GB 500m "0.5" ram beta2 default uakt uusd "2.1" 2.1 web db
  [] [~] [1] [x] ["a=\\Pb"] {} {a:\u00a01} {size:\u00a01Gi} [{size:\u00a01Gi}] [{size:\u00a02Gi,name:\u00a0b},{size:\u00a01Gi}]
  [{global:\u00a0true}] [{service:\u00a0web},{service:\u00a0db}] {nvidia:\u00a0[]} {nvidia:\u00a0~} {amd:\u00a0[]}
  [{model:\u00a0b},{model:\u00a0a}] {class:\u00a0ram,persistent:\u00a0false} {class:\u00a0ram,persistent:\u00a0"true"}`
    .split(/[ \n]+/)
    .map((text) => text.replaceAll('\u00a0', ' '))
const names = [
  'default',
  'constructor',
  'unknown',
  'a-b',
  'image',
  'ip',
  'as',
  'name',
  'data',
  'read_timeout',
]

type Path = readonly string[]

function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
}

const mark = '(here)'
type Change = { path: Path; to: 'gone' | { value: string } | { name: string } | { beside: string } }

/** The usual file with one thing in it another, or gone, or called something else, or with a neighbour. */
function changed(tree: unknown, { path, to }: Change): unknown {
  const copy = structuredClone(tree) as Record<string, unknown>
  const last = path.at(-1)
  let parent: unknown = copy
  for (const key of path.slice(0, -1)) parent = (parent as Record<string, unknown> | undefined)?.[key]
  if (last === undefined || typeof parent !== 'object' || parent === null) return copy
  const record = parent as Record<string, unknown>
  const value = record[last]
  if (to === 'gone' && Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (to === 'gone') delete record[last]
  else if ('value' in to) record[last] = `${mark}${to.value}`
  else if (Array.isArray(parent)) parent.push(value)
  else if ('name' in to) {
    delete record[last]
    record[to.name] = value
  } else record[to.beside] = structuredClone(value)
  return copy
}

function written(tree: unknown): string {
  return JSON.stringify(tree, null, 1).replace(/"\(here\)((?:[^"\\]|\\.)*)"/g, (_, raw) =>
    JSON.parse(`"${raw}"`),
  )
}

function changesOf(tree: unknown): Change[] {
  return places(tree).flatMap((path) => [
    { path, to: 'gone' },
    ...odd.map((value) => ({ path, to: { value } })),
    ...names.flatMap((name) => [
      { path, to: { name } },
      { path, to: { beside: name } },
    ]),
  ])
}

/** Another usual file, whose ports come out in another order. */
const unsorted = {
  ...usual,
  services: {
    ...usual.services,
    web: {
      image: 'nginx',
      expose: [3000, 443, 53].map((port) => ({ port, as: port, proto: 'tcp', to: [{ global: true }] })),
    },
  },
}

test.each([usual, unsorted])('a usual file passes the short looks', (tree) => {
  expect(looks(written(tree))).toEqual({ taken: true, surelyTaken: true, alike: true, surelyAlike: true })
})

test.each([usual, unsorted])(
  'what passes a short look passes the long one, whatever is otherwise',
  {
    timeout: 60_000,
  },
  (tree) => {
    for (const change of changesOf(tree)) expectSound(written(changed(tree, change)))
  },
)

test.each([usual, unsorted])(
  'so it does when two or three things are otherwise',
  {
    timeout: 60_000,
  },
  (tree) => {
    const some = fc.array(fc.constantFrom(...changesOf(tree)), { minLength: 2, maxLength: 3 })
    fc.assert(
      fc.property(some, (list) => expectSound(written(list.reduce(changed, tree as unknown)))),
      { numRuns: 5_000 },
    )
  },
)

test('and in broken files', { timeout: 60_000 }, () => {
  const random = seededRandom(3)
  for (let count = 0; count < 5_000; count += 1)
    expectSound(mutate([written(usual), JSON.stringify(usual), ...seedFiles], random))
})

const gallery = fileURLToPath(new URL('../../../../../../shared/vectors/akash/input/', import.meta.url))

test.runIf(existsSync(gallery))(
  'files of others pass, most of them quickly, and so does what comes of breaking them',
  {
    timeout: 60_000,
  },
  () => {
    const files = readdirSync(gallery, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => ({ name, text: readFileSync(`${gallery}${name}`, 'utf8') }))
    const said = files
      .filter(({ name }) => name.startsWith('awesome/'))
      .flatMap(({ text }) => looks(text) ?? [])
    const count = (key: keyof (typeof said)[number]) => said.filter((each) => each[key]).length
    expect([count('taken'), count('surelyTaken'), count('alike'), count('surelyAlike')]).toEqual([
      164, 156, 133, 112,
    ])
    const texts = files.map(({ text }) => text)
    for (const text of texts) expectSound(text)
    const random = seededRandom(4)
    for (let count = 0; count < 10_000; count += 1) expectSound(mutate(texts, random))
  },
)
