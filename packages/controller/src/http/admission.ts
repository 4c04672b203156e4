import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { SubletError } from '@sublet/protocol'

/**
 * Who may speak to the controller. It listens on loopback, but every page in the owner's browser reaches loopback too:
 * so a request must name this very address (a rebound name does not), must not come from another origin, and must
 * carry the token or the cookie that the console got for it.
 */
export interface AdmissionRules {
  /** Addresses that this server is known by, such as `127.0.0.1:8080`. */
  hosts: readonly string[]
  token: string
  cookieName: string
}

export interface Caller {
  method: string
  headers: IncomingHttpHeaders
  /** Whether the connection is to become a WebSocket. */
  upgrade: boolean
}

/** What the cookie holds: proof of the token, and not the token, since browsers send cookies to every port of a host. */
export function cookieValue(token: string): string {
  return createHmac('sha256', token).update('sublet console cookie v1').digest('hex')
}

/** Refuses what comes by another name or from another site; holds for every path. */
export function refuseStrangers({ headers }: Pick<Caller, 'headers'>, { hosts }: AdmissionRules): void {
  const { host, origin } = headers
  if (host === undefined || !hosts.includes(host.toLowerCase())) {
    throw new SubletError('auth.refused', 'The controller is not served under this name.', {
      hint: `Use one of: ${hosts.map((known) => `http://${known}`).join(', ')}.`,
    })
  }
  if (origin !== undefined && !hosts.some((known) => origin.toLowerCase() === `http://${known}`)) {
    throw new SubletError('auth.refused', 'Pages of other sites may not speak to the controller.', {
      hint: 'Open the console at the address that `sublet up` prints.',
    })
  }
}

/** Lets in who carries the token, or the cookie from the console's own page. Throws `auth.missing` or `auth.refused`. */
export function requireCredentials(caller: Caller, rules: AdmissionRules): void {
  const { authorization } = caller.headers
  if (authorization !== undefined) {
    const [, given] = /^Bearer (.+)$/i.exec(authorization) ?? []
    if (given !== undefined && equal(given, rules.token)) return
    throw new SubletError('auth.refused', 'The token is not the one of this controller.', {
      hint: 'Use the token in the console’s address that `sublet up` prints, or run commands with the same --data folder.',
    })
  }
  if (hasCookie(caller.headers, rules)) {
    if (isFromOwnPage(caller)) return
    throw new SubletError('auth.refused', 'The cookie counts only for the console’s own page.', {
      hint: 'Scripts send the token as `Authorization: Bearer …`.',
    })
  }
  throw new SubletError('auth.missing', 'The controller answers only who has its token.', {
    hint: 'Open the console at the address that `sublet up` prints, or send `Authorization: Bearer TOKEN`.',
  })
}

/** Whether the cookie of this controller is among the request's. */
export function hasCookie(headers: IncomingHttpHeaders, { cookieName, token }: AdmissionRules): boolean {
  const expected = cookieValue(token)
  return (headers.cookie ?? '').split(';').some((pair) => {
    const [name, value] = pair.trim().split('=')
    return name === cookieName && value !== undefined && equal(value, expected)
  })
}

/** Whether a token in the console's address is this controller's. */
export function isToken(given: string, { token }: AdmissionRules): boolean {
  return equal(given, token)
}

/**
 * Browsers say from where a request was made. Reading with the cookie needs no proof of it beyond `SameSite`, which an
 * old browser without `Sec-Fetch-Site` keeps too; changing something does.
 */
function isFromOwnPage({ method, headers, upgrade }: Caller): boolean {
  const site = headers['sec-fetch-site']
  const ownSite = site === 'same-origin' || site === 'none'
  const changes = upgrade || (method !== 'GET' && method !== 'HEAD')
  // `Origin` was held against the known hosts before.
  if (changes) return headers.origin !== undefined && (site === undefined || site === 'same-origin')
  return site === undefined || ownSite
}

/** In a time that does not depend on where they differ. */
function equal(a: string, b: string): boolean {
  const hash = (text: string) => createHmac('sha256', 'compare').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
