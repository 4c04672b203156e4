/** What a relay says for itself when it cannot reach the workload. */
const relayCodes = ['endpoint.not-found', 'provider.unreachable', 'workload.unready', 'lease.not-ready']
const gatewayStatuses = [502, 503, 504]

/** Whether an answer at a workload's URL is the workload's own, and not the relay's word that there is none yet. */
export function isWorkloadAnswer(answer: {
  status: number
  headers: Readonly<Record<string, string>>
  text: string
}): boolean {
  if (gatewayStatuses.includes(answer.status)) return false
  if (!(answer.headers['content-type'] ?? '').includes('application/problem+json')) return true
  return !relayCodes.some((code) => answer.text.includes(`"${code}"`))
}
