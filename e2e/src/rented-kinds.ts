import type { Service, Workload } from '@sublet/protocol'
import { groupOf, httpPort, serviceOf } from '@sublet/provider/testing'

/**
 * What the tenant of the kill rounds rents: one service; two that find each other; one that keeps a volume from lease to
 * lease; one that is paid by vouchers; a job.
 */
export const rentalKinds = ['voucher', 'pair', 'volume', 'service', 'job'] as const
export type RentalKind = (typeof rentalKinds)[number]

const jobSeconds = 4
const notes = '/notes/leases'
const nodePath = '/usr/local/bin/node'

const web = serviceOf({ ports: [httpPort(8080)], stopGraceMs: 500 })
const services: Record<RentalKind, Service[]> = {
  service: [web],
  voucher: [web],
  pair: [
    {
      ...web,
      command: [nodePath],
      // Ready once it has reached the other.
      args: [
        '-e',
        'require("http").createServer((q, r) => require("http").get("http://store:7000/", (a) => a.pipe(r)).on("error", () => { r.statusCode = 503; r.end() })).listen(8080)',
      ],
      dependsOn: [{ service: 'store', condition: 'healthy' }],
    },
    serviceOf({
      name: 'store',
      command: [nodePath],
      args: ['-e', 'require("http").createServer((q, r) => r.end("store")).listen(7000)'],
      ports: [{ ...httpPort(7000), public: false }],
      stopGraceMs: 500,
    }),
  ],
  volume: [
    {
      ...web,
      command: [nodePath],
      // It has written before it is ready.
      args: [
        '-e',
        `require("fs").appendFileSync("${notes}", process.env.SUBLET_LEASE + "\\n"); require("http").createServer((q, r) => r.end()).listen(8080)`,
      ],
      user: '0',
      resources: {
        ...web.resources,
        volumes: [{ name: 'notes', sizeBytes: 2 ** 24, class: 'default', persistent: true }],
      },
      mounts: [{ volume: 'notes', path: '/notes', readOnly: false }],
    },
  ],
  job: [
    serviceOf({
      command: [nodePath],
      args: ['-e', `setTimeout(() => console.log('done'), ${jobSeconds * 1000})`],
      restart: { policy: 'on-failure' },
      stopGraceMs: 500,
    }),
  ],
}

export function servicesOf(kind: RentalKind): string[] {
  return services[kind].map(({ name }) => name)
}

export function workloadOf(kind: RentalKind): Workload {
  return {
    form: 'sublet/1',
    name: kind,
    groups: [groupOf(...services[kind])],
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
  }
}

/** Prints what the volume of all leases so far holds, a line for each start. */
export const readNotes = [nodePath, '-e', `process.stdout.write(require("fs").readFileSync("${notes}"))`]
