import { join } from 'node:path'
import type { OutputLine } from '@sublet/protocol'
import type { EntryFormat } from '../log-files/entry-format.ts'
import type { LogFiles } from '../log-files/open-log-files.ts'

/** Where a supervisor writes what its process says. */
export const logFilesOf = (folder: string): LogFiles => ({
  paths: [join(folder, 'log.jsonl'), join(folder, 'log.1.jsonl')],
  areCompressed: false,
})

/** Its lines, each as JSON. */
export const supervisorLogFormat: EntryFormat = {
  reader: () => (json, start, end, lines) => {
    const line = parsed(json.toString('utf8', start, end))
    if (line === undefined) return
    const buffer = Buffer.from(line.text.replaceAll('\n', ' '))
    lines.add({ ...line, buffer, start: 0, end: buffer.length, isWhole: true })
  },
}

/** Undefined for what was cut off when the machine went down. */
function parsed(json: string): OutputLine | undefined {
  try {
    return JSON.parse(json) as OutputLine
  } catch {
    return undefined
  }
}
