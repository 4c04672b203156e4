import type { Service } from '../workload.ts'
import { type LateFacts, lookupFacts } from './facts.ts'
import { interpolateArgs } from './interpolate.ts'
import { nosanaRunSchema } from './job-schema.ts'
import { mapRun } from './map-run.ts'
import { normalArgs } from './normal-args.ts'
import type { Report } from './ports.ts'

export type LateResolution = { service: Service } | { problems: string[] }

/**
 * Completes a service whose `late` is set, just before it starts, from what the provider knows by then. Name,
 * resources and order stay as agreed; a service without `late` comes back as it is. When something is still unknown,
 * or a result does not fit where it is used, the problems say so, each a sentence for the tenant.
 */
export function resolveLate(service: Service, facts: LateFacts): LateResolution {
  const { late } = service
  if (late === undefined) return { service }
  const filled = interpolateArgs(late.args, lookupFacts(facts, late.services))
  const problems = [
    ...new Set(filled.unresolved.map(({ text }) => `${text} is not known when \`${service.name}\` starts.`)),
    ...filled.problems.map((problem) => `${problem}.`),
  ]
  if (problems.length > 0) return { problems }
  const parsed = nosanaRunSchema.safeParse(normalArgs(filled.args))
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) => `\`${path.join('.')}\` must be ${message}.`),
    }
  }
  const report: Report = { error: (_path, _code, message) => problems.push(message), warn: () => {} }
  const parts = mapRun(parsed.data, [], report)
  if (problems.length > 0) return { problems }
  const known = new Set(service.resources.volumes.map(({ name }) => name))
  const stranger = parts.mounts.find(({ volume }) => !known.has(volume))
  if (stranger !== undefined) return { problems: [`The volume \`${stranger.volume}\` was not agreed on.`] }
  return { service: withParts(service, parts) }
}

/** Optional parts that the filled-in arguments lack must not survive from the unresolved ones. */
function withParts(service: Service, parts: ReturnType<typeof mapRun>): Service {
  const {
    late: _late,
    command: _command,
    args: _args,
    workingDir: _dir,
    credentials: _login,
    health: _health,
    ...rest
  } = service
  return { ...rest, ...parts }
}
