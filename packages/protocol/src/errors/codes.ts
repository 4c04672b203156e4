/**
 * Every error that a caller can act on, by its stable code. This table alone gives the HTTP status, the metric
 * label, the CLI's exit code and the documentation page.
 */
export const errorCodes = {
  // What a person wrote
  'workload.invalid': {
    status: 422,
    exitCode: 2,
    retryable: false,
    summary: 'The workload file has problems.',
  },
  'workload.unreadable': {
    status: 400,
    exitCode: 2,
    retryable: false,
    summary: 'The workload file cannot be read.',
  },
  'request.invalid': { status: 400, exitCode: 2, retryable: false, summary: 'The request is malformed.' },
  'request.too-large': {
    status: 413,
    exitCode: 2,
    retryable: false,
    summary: 'The request is larger than allowed.',
  },
  'route.not-found': { status: 404, exitCode: 2, retryable: false, summary: 'There is no such address.' },
  'config.invalid': { status: 500, exitCode: 2, retryable: false, summary: 'A setting is missing or wrong.' },
  // Who is asking
  'auth.missing': {
    status: 401,
    exitCode: 3,
    retryable: false,
    summary: 'The request carries no credentials.',
  },
  'auth.refused': {
    status: 403,
    exitCode: 3,
    retryable: false,
    summary: 'The credentials do not allow this.',
  },
  'session.expired': { status: 401, exitCode: 3, retryable: true, summary: 'The session key has expired.' },
  'session.replayed': {
    status: 401,
    exitCode: 3,
    retryable: false,
    summary: 'The sealed request was seen before.',
  },
  'signature.invalid': {
    status: 401,
    exitCode: 3,
    retryable: false,
    summary: 'A signature does not match its signer.',
  },
  'seal.invalid': {
    status: 400,
    exitCode: 3,
    retryable: false,
    summary: 'A sealed message cannot be opened.',
  },
  'wallet.missing': { status: 404, exitCode: 3, retryable: false, summary: 'There is no wallet here yet.' },
  'wallet.exists': {
    status: 409,
    exitCode: 3,
    retryable: false,
    summary: 'The name is taken by another wallet.',
  },
  'wallet.locked': {
    status: 403,
    exitCode: 3,
    retryable: false,
    summary: 'The passphrase does not open the wallet.',
  },
  // The market
  'order.no-match': {
    status: 409,
    exitCode: 4,
    retryable: true,
    summary: 'No provider can serve this order.',
  },
  'order.no-bids': {
    status: 409,
    exitCode: 4,
    retryable: true,
    summary: 'The matching providers did not bid.',
  },
  'order.expired': { status: 410, exitCode: 4, retryable: true, summary: 'The order is past its end.' },
  'bid.declined': { status: 409, exitCode: 4, retryable: true, summary: 'The provider declined to bid.' },
  'bid.expired': { status: 410, exitCode: 4, retryable: true, summary: 'The bid is past its end.' },
  // Money and chain
  'funds.insufficient': {
    status: 402,
    exitCode: 5,
    retryable: false,
    summary: 'The wallet does not hold enough.',
  },
  'chain.unreachable': { status: 503, exitCode: 5, retryable: true, summary: 'The chain does not answer.' },
  'chain.wrong-network': {
    status: 409,
    exitCode: 5,
    retryable: false,
    summary: 'The chain is not the one expected.',
  },
  'chain.reverted': {
    status: 409,
    exitCode: 5,
    retryable: false,
    summary: 'A contract refused the transaction.',
  },
  'agreement.mismatch': {
    status: 409,
    exitCode: 5,
    retryable: false,
    summary: 'The agreement is not the one offered.',
  },
  'voucher.excessive': {
    status: 409,
    exitCode: 5,
    retryable: false,
    summary: 'A provider asks for more than it can have served.',
  },
  // Leases and workloads
  'lease.not-found': { status: 404, exitCode: 6, retryable: false, summary: 'There is no such lease.' },
  'lease.closed': { status: 410, exitCode: 6, retryable: false, summary: 'The lease has ended.' },
  'lease.not-ready': { status: 409, exitCode: 6, retryable: true, summary: 'The workload is not ready yet.' },
  'lease.unsettled': {
    status: 503,
    exitCode: 6,
    retryable: true,
    summary: 'A lease could not be closed and settled yet.',
  },
  'deployment.not-found': {
    status: 404,
    exitCode: 6,
    retryable: false,
    summary: 'There is no such deployment.',
  },
  'service.not-found': {
    status: 404,
    exitCode: 6,
    retryable: false,
    summary: 'The lease has no such service.',
  },
  'file.not-found': { status: 404, exitCode: 6, retryable: false, summary: 'There is no such file.' },
  'file.refused': {
    status: 422,
    exitCode: 6,
    retryable: false,
    summary: 'A file cannot be copied as it is.',
  },
  'image.unavailable': { status: 502, exitCode: 6, retryable: true, summary: 'The image cannot be pulled.' },
  'fetch.failed': {
    status: 502,
    exitCode: 6,
    retryable: true,
    summary: 'Something that the workload names cannot be fetched.',
  },
  'volume.not-found': { status: 404, exitCode: 6, retryable: false, summary: 'There is no such volume.' },
  'volume.in-use': {
    status: 409,
    exitCode: 6,
    retryable: true,
    summary: 'A running lease uses the volume.',
  },
  'snapshot.failed': {
    status: 502,
    exitCode: 6,
    retryable: true,
    summary: 'A snapshot cannot be written or read.',
  },
  'workload.crashed': {
    status: 502,
    exitCode: 6,
    retryable: true,
    summary: 'The workload ended with an error, or before it was ready.',
  },
  'workload.unready': {
    status: 504,
    exitCode: 6,
    retryable: true,
    summary: 'The workload was not ready in time.',
  },
  'endpoint.not-found': {
    status: 404,
    exitCode: 6,
    retryable: false,
    summary: 'No workload answers at this name.',
  },
  'host.unproved': {
    status: 409,
    exitCode: 6,
    retryable: true,
    summary: 'A host name is not shown to be the tenant’s.',
  },
  'host.not-pointed': {
    status: 409,
    exitCode: 6,
    retryable: true,
    summary: 'A host name does not lead to the indexer.',
  },
  'certificate.refused': {
    status: 502,
    exitCode: 6,
    retryable: true,
    summary: 'The certificate authority gave no certificate.',
  },
  'certificate.invalid': {
    status: 422,
    exitCode: 6,
    retryable: false,
    summary: 'A certificate of one’s own cannot be used.',
  },
  // The machine and its parts
  'provider.unreachable': {
    status: 502,
    exitCode: 7,
    retryable: true,
    summary: 'The provider does not answer.',
  },
  'provider.unknown': {
    status: 404,
    exitCode: 7,
    retryable: false,
    summary: 'The registry lists no such provider.',
  },
  'provider.key-mismatch': {
    status: 502,
    exitCode: 7,
    retryable: false,
    summary: 'The key is not the registered one.',
  },
  'indexer.unreachable': {
    status: 502,
    exitCode: 7,
    retryable: true,
    summary: 'The indexer does not answer.',
  },
  'controller.unreachable': {
    status: 503,
    exitCode: 7,
    retryable: true,
    summary: 'No network is running here.',
  },
  'runtime.unavailable': {
    status: 503,
    exitCode: 7,
    retryable: true,
    summary: 'The container runtime does not answer.',
  },
  'runtime.failed': { status: 502, exitCode: 7, retryable: true, summary: 'The container runtime refused.' },
  'store.unreachable': {
    status: 503,
    exitCode: 7,
    retryable: true,
    summary: 'The database does not answer.',
  },
  'store.in-use': {
    status: 409,
    exitCode: 7,
    retryable: false,
    summary: 'Another process already acts on this store.',
  },
  'store.incompatible': {
    status: 500,
    exitCode: 7,
    retryable: false,
    summary: 'The database belongs to another version of Sublet.',
  },
  'bus.unreachable': {
    status: 503,
    exitCode: 7,
    retryable: true,
    summary: 'The message bus does not answer.',
  },
  'port.taken': {
    status: 500,
    exitCode: 7,
    retryable: false,
    summary: 'A port is in use by another program.',
  },
  'resources.exhausted': { status: 409, exitCode: 7, retryable: true, summary: 'The devices are taken.' },
  'limit.exceeded': { status: 429, exitCode: 7, retryable: true, summary: 'A limit was passed.' },
  internal: {
    status: 500,
    exitCode: 70,
    retryable: false,
    summary: 'Something failed that should not have.',
  },
} as const

export type ErrorCode = keyof typeof errorCodes

/** The page that explains a code. */
export function errorDocsPath(code: ErrorCode): string {
  return `docs/errors.md#${code.replace('.', '')}`
}
