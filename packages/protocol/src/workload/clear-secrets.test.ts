import { expect, test } from 'vitest'
import type { WorkloadFormat } from './finding.ts'
import { looksSecret } from './looks-secret.ts'
import { readWorkload } from './read-workload.ts'

test.each([
  ['API_KEY', 'abcdefghijkl'],
  ['apiToken', 'abcdefgh123'],
  ['OPENAI_KEY', 'abc'],
  ['Authorization', 'Bearer abc'],
  ['MYSQL_ROOT_PASSWORD', '12345'],
  ['DB_URL', 'postgres://u:hunter2@db/x'],
  ['ANYTHING', 'sk-abcdefghijklmnopqrstuv'],
  ['ANYTHING', 'x ghp_abcdefghijklmnopqrstuv'],
])('%s=%s looks like a secret', (name, value) => {
  expect(looksSecret(name, value)).toBe(true)
})

test.each([
  ['API_KEY', ''],
  ['API_KEY', '$API_KEY'],
  ['API_KEY', '<your key>'],
  ['PRIMARY_KEY', 'id'],
  ['TOKEN_LIMIT', '5000'],
  ['PASSWORD_FILE', '/run/secrets/x'],
  ['DB_URL', 'postgres://u@db/x'],
  ['DB_URL', 'postgres://u:$PASSWORD@db/x'],
  ['TASK', 'task-abcdefghijklmnopqrstuvwxyz'],
  ['KEYBOARD', 'us'],
  ['PWD', '/home/me'],
  ['SECRET_LOCAL_HOSTNAME', '0.0.0.0'],
  ['OPENID_AUTHORIZATION_ENDPOINT', 'https://auth.example.com/authorize/'],
  ['MYSQL_RANDOM_ROOT_PASSWORD', 'yes'],
  [`token${'_expir'.repeat(100_000)}!`, 'a name that would take its pattern for ever'],
])('%s=%s does not', (name, value) => {
  expect(looksSecret(name, value)).toBe(false)
})

const akash = (service: string, more = '') => `version: "2.0"
services: {web: {image: nginx, expose: [{port: 80, to: [{global: true}]}], ${service}}}
profiles:
  compute: {web: {resources: {cpu: {units: 1}, memory: {size: 512Mi}, storage: {size: 1Gi}}}}
  placement: {any: {pricing: {web: {denom: uact, amount: 1000}}}}
deployment: {web: {any: {profile: web, count: 1}}}
${more}`

test.each<[WorkloadFormat, string, string]>([
  ['sublet', 'image: x\nenv: {apiToken: hunter2}', 'env.apiToken'],
  ['sublet', 'image: x\nregistry: {host: h, username: u, password: hunter2}', 'registry.password'],
  [
    'sublet',
    'image: x\nfetch: [{s3: s3://a, to: /x, credentials: {id: a, key: hunter2}}]',
    'fetch.0.credentials.key',
  ],
  ['sublet', 'image: x\nargs: [--key, sk-hunter2abcdefghijklmnop]', 'args.1'],
  ['sublet', 'image: x\nfiles: {/etc/a: "url=redis://:hunter2@h"}', 'files./etc/a'],
  [
    'sublet',
    'image: x\nhealth: {http: /, headers: {Authorization: hunter2}}',
    'health.headers.Authorization',
  ],
  ['compose', 'services: {a: {image: x, environment: [OPENAI_KEY=hunter2]}}', 'services.a.environment.0'],
  ['compose', 'services: {a: {image: x, command: "serve hf_hunter2abcdefghijklmnop"}}', 'services.a.command'],
  ['compose', 'services: {a: {image: x}}\nsecrets: {s: {content: hunter2}}', 'secrets.s.content'],
  [
    'compose',
    'services: {a: {image: x}}\nconfigs: {s: {content: "amqp://a:hunter2@h"}}',
    'configs.s.content',
  ],
  [
    'akash',
    akash('credentials: {host: h, username: u, password: hunter2}'),
    'services.web.credentials.password',
  ],
  ['akash', akash('args: ["postgres://u:hunter2@h"]'), 'services.web.args.0'],
  ['akash', akash('env: [DB_PASSWORD=hunter2]'), 'services.web.env.0'],
])('%s: a secret in clear is named where it stands, in a file with errors too', (format, text, place) => {
  for (const each of [text, `${text}\nnothing: 1`]) {
    const { findings } = readWorkload(each, { file: 'f', format })
    const told = findings.filter(({ code }) => code === 'workload.secret-in-clear')
    expect(told.map(({ path }) => path.join('.'))).toEqual([place])
    expect(told[0]?.mend).toBeDefined()
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  }
})

test('what an alias repeats is told once', () => {
  const { findings } = readWorkload(
    'services: {a: {image: x, environment: &e {TOKEN: hunter2}}, b: {image: x, environment: {<<: *e}}, c: {image: y, command: &c ["sk-hunter2abcdefghijklmnop"]}, d: {image: y, command: *c}}',
    { file: 'compose.yaml' },
  )
  expect(findings.map(({ path }) => path.join('.'))).toEqual([
    'services.a.environment.TOKEN',
    'services.c.command.0',
  ])
})
