import type { Group, Service } from '@sublet/protocol'

/** A service as readers make them, with little of everything. */
export function serviceOf(more: Partial<Service> = {}): Service {
  return {
    name: 'web',
    image: 'sublet.local/hello:1',
    env: [],
    resources: { cpuMillis: 100, memoryBytes: 128 * 1024 * 1024, storageBytes: 0, volumes: [] },
    mounts: [],
    files: [],
    fetches: [],
    ports: [],
    aliases: [],
    restart: { policy: 'always' },
    replicas: 1,
    dependsOn: [],
    stopWith: [],
    readOnlyRoot: false,
    stopGraceMs: 2_000,
    permissions: [],
    ...more,
  }
}

export function httpPort(port: number): Service['ports'][number] {
  return { port, as: port, protocol: 'http', public: true, hosts: [], allow: [] }
}

export function groupOf(...services: Service[]): Group {
  return {
    name: 'main',
    placement: { regions: [], attributes: [], auditors: { anyOf: [], allOf: [] } },
    services,
    ips: [],
  }
}
