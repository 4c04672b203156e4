import type { Path } from '../source/places.ts'
import type { Health } from '../workload.ts'
import { composeCount, composeDuration, composeFlag } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposeService } from './service-schema.ts'

/** Docker's own, for what a healthcheck does not say. */
const usual = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 } as const

/** A healthcheck's command, run inside the container. */
export function mapHealth(
  check: ComposeService['healthcheck'],
  path: Path,
  { findings }: Scope,
): Health | undefined {
  if (check === undefined || composeFlag(check.disable ?? false) === true) return undefined
  const { test } = check
  if (test === undefined) {
    findings.warn(
      path,
      'compose.healthcheck',
      'Without `test` this healthcheck has no effect: the image’s own cannot be changed.',
      {
        at: 'key',
        mend: 'add `test: ["CMD", ...]`',
      },
    )
    return undefined
  }
  const command = commandOf(test)
  if (command === 'none') return undefined
  if (command === undefined) {
    findings.error([...path, 'test'], 'compose.healthcheck', 'This is no test.', {
      expected: '["CMD", "program", "argument"], ["CMD-SHELL", "command"], ["NONE"], or a command as text',
    })
    return undefined
  }
  return {
    probe: { kind: 'command', command },
    intervalMs: timeOf(check.interval) ?? usual.intervalMs,
    timeoutMs: timeOf(check.timeout) ?? usual.timeoutMs,
    retries: composeCount(check.retries ?? 0) || usual.retries,
    startPeriodMs: timeOf(check.start_period) ?? usual.startPeriodMs,
  }
}

/** Zero stands for the usual. */
function timeOf(value: string | number | undefined): number | undefined {
  const ms = value === undefined ? undefined : composeDuration(value)
  return ms === 0 ? undefined : ms
}

function commandOf(test: string | readonly string[]): string[] | 'none' | undefined {
  if (typeof test === 'string') return test.trim() === '' ? undefined : ['/bin/sh', '-c', test]
  const [kind, ...rest] = test
  if (kind === 'NONE') return 'none'
  if (kind === 'CMD-SHELL' && rest.length === 1 && rest[0] !== undefined) return ['/bin/sh', '-c', rest[0]]
  return kind === 'CMD' && rest.length > 0 ? rest : undefined
}
