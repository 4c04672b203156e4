import { gibibyte } from '@sublet/protocol'
import type { DeviceReading } from './device.ts'
import { modelOfName } from './gpu-model.ts'
import { fieldsOf, jsonIn, objectsIn, textIn } from './tool-json.ts'

/** What `system_profiler` is asked. */
export const displaysQuery = ['SPDisplaysDataType', '-json']

/**
 * The GPU of an Apple chip. It shares the machine's memory, of which Metal lets it use about three quarters. Cards of
 * other makers in older machines are named, not offered: nothing on macOS can hand them out.
 */
export function readSystemProfiler(output: string, machineMemoryBytes: number): DeviceReading {
  const cards = objectsIn(fieldsOf(jsonIn(output))?.SPDisplaysDataType)
  const ignored: string[] = []
  const devices = cards.flatMap((card) => {
    const name = textIn(card, 'sppci_model', '_name')
    if (name === undefined) return []
    if (!/^Apple M\d/.test(name)) {
      ignored.push(`${name}: only Apple's own chips can be offered on macOS`)
      return []
    }
    const memoryBytes = Math.floor((machineMemoryBytes * 3) / 4 / gibibyte) * gibibyte
    return [{ name, memoryBytes }]
  })
  return {
    ignored,
    devices: devices.map(({ name, memoryBytes }, index) => ({
      id: `apple-${index}`,
      vendor: 'apple',
      model: modelOfName(name),
      memoryBytes,
    })),
  }
}
