import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { openSource, readWorkload } from '../read-workload.ts'
import { writeSubletYaml } from '../sublet/write-sublet.ts'
import { workloadSchema } from '../workload.ts'
import { akashFormOf } from './convert-to-akash.ts'
import { readAkashDeployment } from './read-akash.ts'
import { akashVersionHash } from './version-hash.ts'

// The verdicts of Akash's own parsers on 408 files lie beside a checkout, not in it.
const folder = fileURLToPath(new URL('../../../../../../shared/vectors/akash/', import.meta.url))
const present = existsSync(`${folder}verdicts.tsv`)

const rows = present
  ? readFileSync(`${folder}verdicts.tsv`, 'utf8')
      .trimEnd()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => {
        const [path = '', verdict = '', hash = '', , console = '', consoleHash = ''] = line.split('\t')
        return { path, verdict, hash, console, consoleHash }
      })
  : []

function read(path: string) {
  const { source, format } = openSource(readFileSync(`${folder}input/${path}`), { file: path })
  const result = format === undefined ? undefined : readAkashDeployment(source)
  return { result, format, findings: source.findings.told() }
}

const json = (path: string): unknown => JSON.parse(readFileSync(`${folder}expected/${path}`, 'utf8'))

test('the hash of a small file of our own is what Akash computes', () => {
  const { source } = openSource(
    'version: "2.0"\nservices: {web: {image: nginx, expose: [{port: 3000, as: 80, to: [{global: true}]}]}}\nprofiles:\n  compute: {web: {resources: {cpu: {units: 0.5}, memory: {size: 512Mi}, storage: {size: 1Gi}}}}\n  placement: {any: {pricing: {web: {denom: uact, amount: 1000}}}}\ndeployment: {web: {any: {profile: web, count: 1}}}\n',
    { file: 'deploy.yaml' },
  )
  const result = readAkashDeployment(source)
  if (result === undefined) throw new Error(source.findings.told().map(formatFinding).join())
  expect(akashVersionHash(result.deployment.manifest)).toBe(
    '074600bb5f963751e5610d055d1a5799aa14aed7fe9deb2753c7c6fc23ab1cd4',
  )
})

if (present) {
  test('gives the verdict of the Go parser on every file', { timeout: 30_000 }, () => {
    expect(rows.length).toBe(408)
    const wrong = rows.flatMap(({ path, verdict }) => {
      const { result, findings } = read(path)
      return (result !== undefined) === (verdict === 'ok')
        ? []
        : [{ path, verdict, found: findings.map(formatFinding) }]
    })
    expect(wrong).toEqual([])
  })

  test('makes the manifest, the groups and the hash of the Go parser', { timeout: 30_000 }, () => {
    for (const { path, hash } of rows.filter(({ verdict }) => verdict === 'ok')) {
      const { result } = read(path)
      if (result === undefined) throw new Error(`${path} was refused`)
      const { manifest, groups } = result.deployment
      expect(JSON.parse(JSON.stringify(manifest)), path).toEqual(json(`${path}/manifest.json`))
      expect(JSON.parse(JSON.stringify(groups)), path).toEqual(json(`${path}/group-specs.json`))
      expect(akashVersionHash(manifest), path).toBe(hash)
    }
  })

  test('makes a valid normal form of every accepted file', { timeout: 30_000 }, () => {
    for (const { path } of rows.filter(({ verdict }) => verdict === 'ok')) {
      const { result } = read(path)
      expect(workloadSchema.parse(result?.workload), path).toEqual(result?.workload)
    }
  })

  test('the normal form of every file survives being written as Sublet YAML', { timeout: 30_000 }, () => {
    for (const { path } of rows.filter(({ verdict }) => verdict === 'ok')) {
      const workload = read(path).result?.workload
      if (workload === undefined) throw new Error(`${path} was refused`)
      expect(readWorkload(writeSubletYaml(workload), { file: 'app.yaml' }).workload, path).toEqual(workload)
    }
  })

  test('the normal form of every file survives being written as SDL, unless something is lost and told', {
    timeout: 30_000,
  }, () => {
    const lost: string[] = []
    for (const { path } of rows.filter(({ verdict }) => verdict === 'ok')) {
      const workload = read(path).result?.workload
      if (workload === undefined) throw new Error(`${path} was refused`)
      const { akash, findings } = akashFormOf(workload, path)
      if (akash === undefined || findings.length > 0) lost.push(path)
      else expect(readWorkload(akash.sdl, { file: 'deploy.yaml' }).workload, path).toEqual(workload)
    }
    // Three name an e-mail address, which 2.0 drops; one claims a port of an address twice, unseen by Akash.
    expect(lost.length).toBe(4)
  })

  test('tells every gallery file for what it is, and where in it something is wrong', {
    timeout: 30_000,
  }, () => {
    for (const { path, verdict } of rows) {
      const { format, findings } = read(path)
      if (format !== undefined) expect(format, path).toBe('akash')
      if (verdict !== 'ok') expect(findings.length, path).toBeGreaterThan(0)
      for (const { line, column } of findings) expect(line > 0 && column > 0, path).toBe(true)
    }
  })

  test('warns exactly where the console refuses the file or computes another hash', {
    timeout: 30_000,
  }, () => {
    const wrong = rows
      .filter(({ verdict }) => verdict === 'ok')
      .flatMap(({ path, hash, console, consoleHash }) => {
        const codes = new Set(read(path).findings.map(({ code }) => code))
        const told = [codes.has('akash.console-refuses'), codes.has('akash.console-hash')]
        const expected = [console !== 'ok', console === 'ok' && consoleHash !== hash]
        return told[0] === expected[0] && told[1] === expected[1] ? [] : [{ path, told, expected }]
      })
    expect(wrong).toEqual([])
  })
}
