import type { TestProject } from 'vitest/node'
import { detectParts, partNames } from './parts.ts'

const cures = {
  docker: 'start a Docker engine (Debian: apt-get install docker.io, then dockerd)',
  postgres: 'start PostgreSQL 15 or later on 127.0.0.1:5432, or set SUBLET_TEST_DATABASE_URL',
  nats: 'start nats-server -js on 127.0.0.1:4222, or set SUBLET_TEST_NATS_URL',
  s3: 'install moto of PyPI (pip install moto[server,s3]), or set SUBLET_TEST_MOTO to its moto_server',
  acme: 'install Let’s Encrypt’s authority for tests (Debian: apt-get install pebble), or set SUBLET_TEST_PEBBLE and SUBLET_TEST_PEBBLE_DNS',
  podman: 'install Podman (Debian: apt-get install podman) and run the tests as root',
  gvisor: 'install gVisor (Debian: apt-get install runsc) and run the tests as root',
  gallery: 'lay Akash’s gallery of deployment files at ../shared/vectors/akash/input/awesome',
  busybox: 'install a static BusyBox at /bin/busybox (Debian: apt-get install busybox-static)',
  'own-engine':
    'run the tests as root, with dockerd, containerd and ip on the search path (Debian: apt-get install docker.io iproute2)',
  iptables: 'run the tests as root, with iptables on the search path (Debian: apt-get install iptables)',
  'traffic-control':
    'run the tests as root, with tc (Debian: apt-get install iproute2) and a kernel that has the queue tbf',
  'loop-devices': 'run the tests as root, where there is /dev/loop-control',
  chromium: 'install Chromium, or set SUBLET_TEST_CHROMIUM',
} as const

/** Finds out which engines are here. With `CI=true` a missing one fails the run; elsewhere it is named at the end. */
export async function setup(project: TestProject): Promise<() => void> {
  const parts = await detectParts()
  project.provide('parts', parts)
  const missing = partNames.filter((name) => !parts[name])
  if (missing.length > 0 && process.env.CI === 'true') {
    throw new Error(
      `missing for the whole test run: ${missing.map((name) => `${name} (${cures[name]})`).join('; ')}`,
    )
  }
  return () => {
    if (missing.length === 0) return
    process.stdout.write('\nLeft out, because these are not here:\n')
    for (const name of missing) process.stdout.write(`  ${name}: ${cures[name]}\n`)
  }
}
