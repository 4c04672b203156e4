import type { Service } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Runtime } from '../runtime/runtime.ts'
import { inTime, type Sleep } from './patience.ts'

/**
 * Lets a service save its work before it is stopped. What the command says or how it ends changes nothing: SIGTERM comes
 * when it has ended, or when its time is over.
 */
export async function runBeforeStop(parts: {
  runtime: Pick<Runtime, 'exec'>
  instanceId: string
  service: Pick<Service, 'name' | 'beforeStop'>
  sleep: Sleep
  log: Log
}): Promise<void> {
  const { runtime, instanceId, service, sleep, log } = parts
  if (service.beforeStop === undefined) return
  const { command, timeoutMs } = service.beforeStop
  try {
    const session = await runtime.exec(instanceId, { command, tty: false })
    session.stdin.end()
    session.stdout.resume()
    session.stderr.resume()
    const exitCode = await inTime({ sleep }, session.exitCode, timeoutMs)
    if (exitCode === undefined) session.close()
    log.info({ service: service.name, exitCode }, 'ran what was asked for before the stop')
  } catch (err) {
    log.warn({ err, service: service.name }, 'what was asked for before the stop could not be run')
  }
}
