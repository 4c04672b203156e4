import { type EndReason, type ErrorCode, type LeaseStatus, SubletError } from '@sublet/protocol'

const codes: Partial<Record<EndReason, ErrorCode>> = {
  'image-unavailable': 'image.unavailable',
  'fetch-failed': 'fetch.failed',
  'workload-crashed': 'workload.crashed',
  'start-deadline': 'workload.unready',
  'manifest-refused': 'agreement.mismatch',
  'open-failed': 'chain.reverted',
  superseded: 'lease.closed',
  'tenant-closed': 'lease.closed',
  'provider-closed': 'lease.closed',
}

const hints: Partial<Record<EndReason, string>> = {
  'fetch-failed':
    'Check the address of what is fetched, its credentials, and that the storage is large enough.',
  'image-unavailable': "Check the image's name and tag, and the registry's credentials.",
  'workload-crashed': 'Read the last lines of its output, mend the workload, and deploy again.',
  'start-deadline':
    'Check that the workload listens on the port it declares and that its health check can pass.',
  'open-failed': 'Check that the escrow holds the deposit, then deploy again.',
}

/** The error that a lapsed lease amounts to for the tenant. Nothing was charged. */
export function lapseError(status: LeaseStatus): SubletError {
  const code = (status.endReason && codes[status.endReason]) ?? 'workload.crashed'
  return new SubletError(code, status.message, {
    hint: (status.endReason && hints[status.endReason]) ?? 'Deploy again; nothing was charged.',
    details: {
      provider: status.provider,
      leaseId: status.leaseId,
      ...(status.endReason === undefined ? {} : { endReason: status.endReason }),
      ...(status.lastLogLines === undefined ? {} : { lastLogLines: status.lastLogLines }),
      ...(status.exitCode === undefined ? {} : { exitCode: status.exitCode }),
    },
  })
}
