import type { Findings } from '../source/findings.ts'
import { shownName } from '../source/shown-name.ts'
import {
  noHttpOptions,
  type SdlCredentials,
  type SdlExpose,
  type SdlHttpOptions,
  type SdlService,
} from './sdl.ts'

const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const envName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/
const protocols = new Set(['TCP', 'UDP', ''])
const hostName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** What Akash requires of a service whatever its placement. */
export function validateService(findings: Findings, name: string, service: SdlService): void {
  const path = ['services', name]
  if (!serviceName.test(name)) {
    findings.error(path, 'akash.service-name', `\`${name}\` cannot name a service.`, {
      at: 'key',
      expected: 'lower-case letters, digits and hyphens, a letter first and no hyphen last',
    })
  }
  if (service.image === '' && !findings.isTold([...path, 'image'])) {
    findings.error([...path, 'image'], 'akash.no-image', `The service \`${name}\` has no image.`, {
      at: 'key',
      mend: 'add `image:`',
    })
  }
  const lines = service.env ?? []
  // By index: entries are what most files have most of.
  for (let index = 0; index < lines.length; index += 1) {
    const entry = lines[index] ?? ''
    const split = entry.indexOf('=')
    const key = split < 0 ? entry : entry.slice(0, split)
    if (envName.test(key) && key !== '.' && !key.startsWith('..')) continue
    // Only the name is shown, and only if it looks like one: the entry may be a secret.
    const name = shownName(key)
    const shown = /^[\w.-]{1,40}$/.test(name) ? `\`${name}\`` : 'This'
    findings.error(
      [...path, 'env', index],
      'akash.env-name',
      `${shown} cannot name an environment variable.`,
      {
        expected: 'NAME=value, the name of letters, digits, `_`, `-` and `.`, not a digit first',
      },
    )
  }
  for (let index = 0; index < service.expose.length; index += 1) {
    const expose = service.expose[index]
    if (expose !== undefined) validateExpose(findings, ['services', name, 'expose', index], expose)
  }
  if (service.credentials !== undefined)
    validateCredentials(findings, [...path, 'credentials'], service.credentials)
}

function validateCredentials(findings: Findings, path: readonly string[], credentials: SdlCredentials): void {
  for (const key of ['host', 'username', 'password'] as const) {
    if (credentials[key].trim() !== '' || findings.isTold([...path, key])) continue
    findings.error([...path, key], 'akash.credentials', `The credentials have no ${key}.`, {
      at: 'key',
      mend: `add \`${key}:\``,
    })
  }
}

function validateExpose(findings: Findings, path: readonly (string | number)[], expose: SdlExpose): void {
  if (expose.port === 0 || expose.port > 65535) {
    findings.error([...path, 'port'], 'akash.port', `There is no port ${expose.port}.`, {
      expected: 'a port from 1 to 65535',
    })
  }
  if (!protocols.has(expose.proto) && !protocols.has(expose.proto.toUpperCase())) {
    findings.error([...path, 'proto'], 'akash.protocol', `There is no protocol \`${expose.proto}\`.`, {
      expected: 'tcp or udp',
    })
  }
  // Not gone through unless there is something, as most ports name no host.
  if (expose.accept !== null) validateHosts(findings, path, expose.accept)
  if (expose.httpOptions !== noHttpOptions)
    validateHttpOptions(findings, [...path, 'http_options'], expose.httpOptions)
}

function validateHosts(
  findings: Findings,
  path: readonly (string | number)[],
  hosts: readonly string[],
): void {
  for (const [index, host] of hosts.entries()) {
    if (host.length <= 253 && hostName.test(host)) continue
    findings.error([...path, 'accept', index], 'akash.host', `\`${host}\` is not a host name.`, {
      expected: 'lower-case letters, digits, hyphens and dots',
    })
  }
}

function validateHttpOptions(
  findings: Findings,
  at: readonly (string | number)[],
  options: SdlHttpOptions,
): void {
  atMost(findings, [...at, 'max_body_size'], options.maxBodySize, 104857600, 'bytes')
  atMost(findings, [...at, 'proxy_buffer_size'], options.proxyBufferSize, 1048576, 'bytes')
  atMost(findings, [...at, 'read_timeout'], options.readTimeout, 60000, 'milliseconds')
  atMost(findings, [...at, 'send_timeout'], options.sendTimeout, 60000, 'milliseconds')
  const cases = options.nextCases ?? []
  for (const [index, name] of cases.entries()) {
    if (name === 'off' && cases.length > 1) {
      findings.error([...at, 'next_cases', index], 'akash.next-case', '`off` stands alone.', {
        mend: 'remove the others',
      })
    }
    if (nextCases.includes(name)) continue
    findings.error([...at, 'next_cases', index], 'akash.next-case', `There is no case \`${name}\`.`, {
      expected: `one of ${nextCases.join(', ')}`,
    })
  }
}

export const nextCases: readonly string[] = [
  'error',
  'timeout',
  '500',
  '502',
  '503',
  '504',
  '403',
  '404',
  '429',
  'off',
]

function atMost(
  findings: Findings,
  path: readonly (string | number)[],
  value: number,
  limit: number,
  unit: string,
): void {
  if (value <= limit) return
  findings.error(path, 'akash.http-option', `\`${path.at(-1)}\` is too large.`, {
    expected: `at most ${limit} ${unit}`,
  })
}
