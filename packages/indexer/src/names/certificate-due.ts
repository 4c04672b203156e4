/** What is known of a host's certificate and of the attempts at one since the last success. */
export interface CertificateFacts {
  validity: Validity | undefined
  failures: number
  /** Milliseconds since 1970 of the last failed attempt; 0 for none. */
  failedAtMs: number
  /** Milliseconds since 1970 before which the authority wants to hear nothing; 0 for none. */
  notBeforeMs: number
}

/** Milliseconds since 1970. */
export interface Validity {
  fromMs: number
  untilMs: number
}

const minuteMs = 60_000
/** Authorities count failed checks by the hour and host name (five, at Let's Encrypt): this makes three in the first hour. */
const firstRetryMs = 10 * minuteMs
const longestRetryMs = 24 * 60 * minuteMs

/** Milliseconds to leave after so many failures in a row. */
export function retryDelayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(firstRetryMs * 2 ** Math.min(failures - 1, 20), longestRetryMs)
}

/** When a certificate is renewed: a third of its time before its end, so that weeks of failures do no harm. */
export function renewAtMs({ fromMs, untilMs }: Validity): number {
  return untilMs - Math.floor((untilMs - fromMs) / 3)
}

/** When a certificate is to be ordered, milliseconds since 1970: now or before where it is due. */
export function orderAtMs({ validity, failures, failedAtMs, notBeforeMs }: CertificateFacts): number {
  const wantedMs = validity === undefined ? 0 : renewAtMs(validity)
  return Math.max(wantedMs, failures === 0 ? 0 : failedAtMs + retryDelayMs(failures), notBeforeMs)
}
