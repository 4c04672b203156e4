import type { PlacesInFile } from './place-of-service.ts'
import type { Findings } from './source/findings.ts'
import { nearestWord } from './source/nearest-word.ts'
import type { Workload } from './workload.ts'

/** Whose cards this network knows how to hand out. */
export const gpuVendors: readonly string[] = ['nvidia', 'amd', 'intel', 'apple']
/** As images name them, without their variants. */
const architectures: readonly string[] = ['amd64', 'arm64', 'arm', '386', 'riscv64', 'ppc64le', 's390x']

/** Warns of hardware of which no machine has any, so that nobody waits for bids that cannot come. */
export function warnOfUnknownHardware(
  findings: Findings,
  { groups }: Workload,
  places: () => PlacesInFile,
): void {
  for (const group of groups) {
    for (const { name, resources } of group.services) {
      const { gpu, cpuArch } = resources
      const vendor = gpu?.anyOf.find((kind) => !gpuVendors.includes(kind.vendor))?.vendor
      if (vendor !== undefined) {
        warn(
          'gpu-vendor',
          `No GPU of \`${vendor.slice(0, 40)}\` is known, and ${name} asks for one.`,
          vendor,
          gpuVendors,
        )
      }
      if (cpuArch !== undefined && !architectures.includes(cpuArch.split('/')[0] ?? '')) {
        const message = `No CPU architecture \`${cpuArch.slice(0, 40)}\` is known, and ${name} asks for it.`
        warn('cpu-arch', message, cpuArch, architectures)
      }

      function warn(what: string, message: string, given: string, known: readonly string[]): void {
        const meant = nearestWord(given, known)
        findings.warn(places().service(group.name, name), `workload.${what}`, message, {
          at: 'key',
          ...(meant === undefined ? { expected: `one of ${known.join(', ')}` } : { mend: `write ${meant}` }),
        })
      }
    }
  }
}
