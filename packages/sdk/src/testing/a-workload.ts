import { type Group, type Policy, readWorkload, type Workload } from '@sublet/protocol'

/** A workload of one small web service, or of several groups of it. */
export function aWorkload(policy: Partial<Policy> = {}, groupNames?: readonly string[]): Workload {
  const { workload } = readWorkload('image: example/web:1\nport: 8080\nname: web\n', { file: 'web.yaml' })
  const [group] = workload?.groups ?? []
  if (workload === undefined || group === undefined) throw new Error('the smallest workload cannot be read')
  const groups: Group[] = (groupNames ?? [group.name]).map((name) => ({ ...group, name }))
  return { ...workload, groups, policy: { choose: 'cheapest', auction: 'first', windowMs: 0, ...policy } }
}

export function firstGroup(workload: Workload): Group {
  const [group] = workload.groups
  if (group === undefined) throw new Error('a workload without groups')
  return group
}
