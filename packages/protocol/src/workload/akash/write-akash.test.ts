import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { arbitraryWorkload } from '../testing/arbitrary-workload.ts'
import type { Workload } from '../workload.ts'
import { akashFormOf, convertToAkash } from './convert-to-akash.ts'
import { writeAkashSdl } from './write-akash.ts'

const gibibyte = 1024 ** 3

/** The workload cut down to what SDL has words for and Akash allows. */
function expressible(workload: Workload): Workload {
  const seen = new Set<string>()
  const groups = workload.groups.map((group, index) => ({
    ...group,
    name: `p${index}`,
    placement: { ...group.placement, regions: group.placement.regions.slice(0, 1), maxLatencyMs: undefined },
    services: group.services
      .map((service) => ({
        ...service,
        name: seen.has(service.name) ? `${service.name.slice(0, 50)}-${index}` : service.name,
      }))
      .map(
        (
          {
            workingDir: _w,
            user: _u,
            health: _h,
            job: _j,
            tee: _t,
            isolation: _i,
            late: _l,
            beforeStop: _b,
            command,
            args,
            ...service
          },
          position,
        ) => {
          seen.add(service.name)
          return {
            ...service,
            ...(command === undefined || command.length === 0 ? {} : { command }),
            ...(args === undefined || args.length === 0 ? {} : { args }),
            files: [],
            fetches: [],
            aliases: [],
            restart: { policy: 'always' as const },
            replicas: Math.min(service.replicas, 3),
            dependsOn: [],
            stopWith: [],
            readOnlyRoot: false,
            stopGraceMs: 10_000,
            ...(service.credentials === undefined
              ? {}
              : { credentials: { ...service.credentials, email: '' } }),
            resources: {
              ...service.resources,
              cpuMillis: 10 + (service.resources.cpuMillis % 1000),
              memoryBytes: gibibyte + (service.resources.memoryBytes % gibibyte),
              storageBytes: gibibyte + (service.resources.storageBytes % gibibyte),
              volumes: service.resources.volumes
                .map(({ shared: _s, ...volume }) => ({
                  ...volume,
                  sizeBytes: gibibyte + volume.sizeBytes,
                  persistent: volume.class !== 'ram',
                }))
                .filter((volume) => service.mounts.some((mount) => mount.volume === volume.name)),
              ...(service.resources.gpu === undefined
                ? {}
                : { gpu: { count: 1, anyOf: [{ vendor: 'nvidia', model: 'h100' }] } }),
            },
            mounts: service.mounts.filter(
              (mount, at) => service.mounts.findIndex(({ volume }) => volume === mount.volume) === at,
            ),
            ports: [
              { port: 1 + position, as: 80, protocol: 'http' as const, public: true, hosts: [], allow: [] },
              ...service.ports
                .filter(({ port }) => port > 100)
                .map(({ http: _http, ...port }) => ({
                  ...port,
                  protocol:
                    port.protocol === 'http' || (port.public && port.as === 80)
                      ? ('udp' as const)
                      : port.protocol,
                })),
            ],
          }
        },
      ),
    maxRatePerHour:
      group.maxRatePerHour === undefined ? '600' : String(1n + (BigInt(group.maxRatePerHour) % 10n ** 9n)),
  }))
  const { maxDurationSeconds: _d, autoscale: _a, cluster: _c, serviceLevels: _s, ...rest } = workload
  const policy = { choose: 'cheapest' as const, auction: 'first' as const, windowMs: 0 }
  return { ...rest, name: groups[0]?.services[0]?.name ?? '', groups, policy } as Workload
}

test('what SDL has words for reads back as the same workload', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(arbitraryWorkload.map(expressible), (workload) => {
      const { text, losses } = writeAkashSdl(workload)
      expect(losses).toEqual([])
      const { format, workload: again, findings } = readWorkload(text, { file: 'deploy.yaml' })
      expect([format, findings.filter(({ severity }) => severity === 'error').map(formatFinding)]).toEqual([
        'akash',
        [],
      ])
      expect(again).toEqual(workload)
    }),
    { numRuns: 200 },
  )
})

test('what SDL has no words for is told, and what is left is still a manifest', () => {
  const { akash, findings } = convertToAkash(
    'image: x\nport: 8080\nhealth: {http: /}\ngpu: {model: [mi300x, h100]}\nprice: 0.60/h\n',
    { file: 'app.yaml' },
  )
  expect(findings.map(({ message }) => message)).toEqual([
    'Akash has no words for the health check of x.',
    'Akash has no words for every GPU vendor of x but nvidia.',
    "Akash has no words for the outer port 8080 of x, which becomes 80, as Akash's HTTP has no other.",
  ])
  expect(akash?.groups[0]?.resources[0]?.price).toEqual({ denom: 'uact', amount: '1000.000000000000000000' })
  expect(akash?.manifest[0]?.services[0]?.expose[0]).toMatchObject({
    port: 8080,
    externalPort: 80,
    global: true,
  })
  expect(akash?.hash).toMatch(/^[0-9a-f]{64}$/)
})

test('what Akash would refuse is told in its words', () => {
  const { workload } = readWorkload('image: x\nport: {port: 80, public: false}\nmemory: 4Ti\n', {
    file: 'app.yaml',
  })
  if (workload === undefined) throw new Error('not read')
  const { akash, findings } = akashFormOf(workload, 'app.yaml')
  expect(akash).toBeUndefined()
  expect(findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual([
    'akash.not-global',
    'akash.limit',
  ])
})

test('GPUs of other vendors are refused, not swapped for any of nvidia', () => {
  const text =
    'services:\n  one: {image: x, port: 80}\n  two:\n    image: x\n    gpu: {model: mi300x}\nprice: 1/h\n'
  const { akash, findings } = convertToAkash(text, { file: 'app.yaml' })
  expect(akash).toBeUndefined()
  expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
    { code: 'akash.gpu-vendor', line: 3, column: 3, mend: expect.stringContaining('h100') },
  ])
})

test('what is lost or refused is told where the file says it, in its own words', () => {
  const compose = convertToAkash(
    'services:\n  My_App:\n    image: x\n    restart: always\n    working_dir: /a\n    expose: [8080]\nx-sublet: {price: 1/h}\n',
    { file: 'compose.yaml' },
  )
  expect(compose.findings.map(({ code, line, mend }) => [code, line, mend])).toEqual([
    ['akash.not-global', 1, 'let a port of it be public'],
    ['akash.lost', 2, undefined],
    ['akash.lost', 2, undefined],
  ])
  const port = convertToAkash('image: x\nports:\n  - 80\n  - 8080\nprice: 1/h\n', { file: 'app.yaml' })
  expect(port.findings).toMatchObject([{ code: 'akash.lost', line: 4, column: 5 }])
  const unpriced = convertToAkash('image: x\nport: 80\n', { file: 'app.yaml' })
  expect(unpriced.findings).toMatchObject([{ code: 'akash.no-price', mend: 'write `price: 0.40/h`' }])
  expect(unpriced.akash).toBeDefined()
})
