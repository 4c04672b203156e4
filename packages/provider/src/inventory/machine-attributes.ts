import type { Machine } from './measure-machine.ts'

/** What the machine says of itself beside its sizes, as attributes that orders may ask for. */
export function machineAttributes(
  machine: Pick<Machine, 'cpuModel' | 'linkMegabits'>,
): Record<string, string> {
  const { cpuModel, linkMegabits } = machine
  return {
    ...(cpuModel === '' ? {} : { 'cpu-model': cpuModel }),
    ...(linkMegabits === undefined ? {} : { 'link-mbps': String(linkMegabits) }),
  }
}
