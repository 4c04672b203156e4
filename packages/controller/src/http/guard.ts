import type { HttpServer } from '@sublet/service'
import {
  type AdmissionRules,
  cookieValue,
  hasCookie,
  isToken,
  refuseStrangers,
  requireCredentials,
} from './admission.ts'

/** Paths that anyone who names the right host may read: the console's files hold no secret, and probes no data. */
const open = (path: string) => path === '/healthz' || path === '/readyz'
const isApi = (path: string) => path.startsWith('/v1/') || path === '/metrics' || path === '/openapi.json'

/** Puts the admission rules, and headers that keep other sites out, before every route. */
export function guard(server: HttpServer, rulesNow: () => AdmissionRules): void {
  server.addHook('onRequest', async (request, reply) => {
    const rules = rulesNow()
    reply.headers(securityHeaders)
    refuseStrangers(request, rules)
    const url = new URL(request.url, 'http://controller')
    if (open(url.pathname)) return
    if (isApi(url.pathname)) {
      reply.header('cache-control', 'no-store')
      const upgrade = request.headers.upgrade?.toLowerCase() === 'websocket'
      requireCredentials({ method: request.method, headers: request.headers, upgrade }, rules)
      return
    }
    const token = url.searchParams.get('token')
    if (token === null || hasCookie(request.headers, rules)) return
    if (!isToken(token, rules)) {
      // An address from an earlier network: the console asks a person for the new one.
      if (request.headers.accept?.includes('text/html')) return reply.redirect('/?token-refused=1', 303)
      requireCredentials(
        { method: 'GET', headers: { authorization: `Bearer ${token}` }, upgrade: false },
        rules,
      )
    }
    reply.header(
      'set-cookie',
      `${rules.cookieName}=${cookieValue(rules.token)}; Path=/; HttpOnly; SameSite=Strict`,
    )
  })
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  // The terminal sets its colours and sizes as inline styles.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}
