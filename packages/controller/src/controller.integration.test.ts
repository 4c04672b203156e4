import { request } from 'node:http'
import {
  type Deployment,
  decodeExecFrames,
  deploymentListSchema,
  deploymentSchema,
  encodeExecFrame,
  leaseStatusSchema,
  logLineSchema,
  marketSchema,
  networkSummarySchema,
  validationSchema,
  walletSummarySchema,
} from '@sublet/protocol'
import { createChannel } from '@sublet/sdk'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import type { Controller } from './main.ts'
import { aSite, consolePage, type Site } from './testing/a-site.ts'

const webFile = { source: 'name: web\nimage: example/web:1\nport: 8080\n', file: 'web.yaml' }

describeWith('postgres')('the controller', () => {
  let site: Site
  let controller: Controller
  beforeAll(async () => {
    site = await aSite([{ ratePerHour: 300_000n }, { ratePerHour: 200_000n }])
    controller = await site.start()
  })
  afterAll(() => site?.[Symbol.asyncDispose]())

  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${controller.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${site.token}`, 'content-type': 'application/json', ...init.headers },
    })
  const post = (path: string, body: unknown = {}) =>
    call(path, { method: 'POST', body: JSON.stringify(body) })
  const json = async (answer: Promise<Response>): Promise<unknown> => (await answer).json()
  const read = async (id: string) => deploymentSchema.parse(await json(call(`/v1/deployments/${id}`)))

  async function deploy(more: Record<string, unknown> = {}): Promise<Deployment> {
    const created = await post('/v1/deployments', { ...webFile, ...more })
    expect(created.status).toBe(201)
    return deploymentSchema.parse(await created.json())
  }

  /** Follows the server-sent events until one says so. */
  async function follow(id: string, done: (deployment: Deployment) => boolean): Promise<Deployment> {
    const stop = new AbortController()
    const answer = await call(`/v1/deployments/${id}/events`, { signal: stop.signal })
    let text = ''
    try {
      for await (const chunk of (answer.body as ReadableStream<Uint8Array>).pipeThrough(
        new TextDecoderStream(),
      )) {
        const frames = (text + chunk).split('\n\n')
        text = frames.pop() ?? ''
        for (const frame of frames) {
          const data = /^data: (.*)$/m.exec(frame)?.[1]
          if (data === undefined) continue
          expect(frame).toContain('event: deployment')
          const deployment = deploymentSchema.parse(JSON.parse(data))
          if (done(deployment)) return deployment
        }
      }
    } finally {
      stop.abort()
    }
    throw new Error('the events ended')
  }
  const running = (id: string) =>
    follow(id, ({ phase, timings }) => phase === 'running' && 'answered' in timings)

  test('rents, follows, shows logs, and settles on chain', async () => {
    const { id } = await deploy()
    const up = await running(id)
    const [group] = up.groups
    const leaseId = group?.leaseId ?? '0x'
    expect(group?.lease?.endpoints[0]?.url).toContain('web.localhost')
    expect(Object.keys(up.timings).sort()).toEqual(['accepted', 'answered', 'bids', 'opened', 'ready'])
    expect(leaseStatusSchema.parse(await json(call(`/v1/leases/${leaseId}`))).phase).toBe('active')
    const lines = (await (await call(`/v1/leases/${leaseId}/logs?tail=2&follow=false`)).text())
      .trim()
      .split('\n')
    expect(lines.map((line) => logLineSchema.parse(JSON.parse(line)).text)).toEqual(['second', 'third'])
    const listed = deploymentListSchema.parse(await json(call('/v1/deployments')))
    expect(listed.deployments[0]?.id).toBe(id)

    const closed = deploymentSchema.parse(await json(post(`/v1/deployments/${id}/close`)))
    expect(closed.phase).toBe('closed')
    const lease = closed.groups[0]?.lease
    expect(lease).toMatchObject({ phase: 'closed', endReason: 'tenant-closed' })
    expect((lease?.paid ?? 0n) + (lease?.refunded ?? 0n)).toBe(lease?.deposit)
    const reader = await site.network.clientOf()
    expect((await reader.settlement(leaseId))?.reason).toBe('settled')
  })

  test('runs a command through the WebSocket', async () => {
    const { id } = await deploy()
    const leaseId = (await running(id)).groups[0]?.leaseId
    const query = new URLSearchParams({
      command: JSON.stringify(['sh']),
      tty: 'true',
      columns: '80',
      rows: '24',
    })
    const socket = new WebSocket(
      `${controller.url.replace('http', 'ws')}/v1/leases/${leaseId}/exec?${query}`,
      {
        headers: { authorization: `Bearer ${site.token}` },
      },
    )
    const received = createChannel<Uint8Array>()
    socket.on('message', (data: Buffer) => void received.push(new Uint8Array(data)))
    const closing = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.on('close', () => received.end())
    const seen: string[] = []
    for await (const { kind, bytes } of decodeExecFrames(received)) {
      seen.push(`${kind}:${new TextDecoder().decode(bytes)}`)
      if (seen.length === 1) socket.send(encodeExecFrame('stdin', new TextEncoder().encode('hello')))
      if (seen.length === 2) socket.send(encodeExecFrame('stdinEnd'))
    }
    expect(seen).toEqual(['stdout:["sh"]\n', 'stdout:hello', 'exit:{"exitCode":7}'])
    expect(await closing).toBe(1000)
    await post(`/v1/deployments/${id}/close`)
  })

  test('closes a shell that cannot be opened with the reason', async () => {
    const url = `${controller.url.replace('http', 'ws')}/v1/leases/0x${'00'.repeat(32)}/exec?command=%5B%22sh%22%5D`
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${site.token}` } })
    const reason = await new Promise<string>((resolve) =>
      socket.on('close', (_code, why) => resolve(String(why))),
    )
    expect(reason).toContain('lease.not-found')
  })

  test('lets a person pick', async () => {
    const { id } = await deploy({ pick: true })
    const picking = await follow(
      id,
      ({ phase, groups }) => phase === 'picking' && groups[0]?.bids.length === 2,
    )
    const dearer = site.providers[0]?.address
    const [group] = picking.groups
    const picked = await post(`/v1/deployments/${id}/pick`, { group: group?.name, provider: dearer })
    expect(picked.status).toBe(200)
    expect((await running(id)).groups[0]?.provider).toBe(dearer)
    await post(`/v1/leases/${(await read(id)).groups[0]?.leaseId}/close`)
    expect((await follow(id, ({ phase }) => phase === 'closed')).phase).toBe('closed')
  })

  test('answers problems as documents', async () => {
    const invalid = await post('/v1/deployments', { source: 'image: [1]\n', file: 'bad.yaml' })
    expect(invalid.status).toBe(422)
    expect(invalid.headers.get('content-type')).toContain('application/problem+json')
    const problem = (await invalid.json()) as { code: string; details: { findings: { text: string }[] } }
    expect(problem.code).toBe('workload.invalid')
    expect(problem.details.findings[0]?.text).toMatch(/^bad\.yaml:\d+:\d+/)
    expect((await call('/v1/deployments/nope')).status).toBe(404)
    expect((await post('/v1/deployments', { file: 'x' })).status).toBe(400)
    const { id } = await deploy({ maxRatePerHour: '5' })
    const failed = await follow(id, ({ phase }) => phase === 'failed')
    expect(failed.problem?.code).toBe('order.no-match')
  })

  test('checks files, and tells of market, wallet and network', async () => {
    const good = validationSchema.parse(await json(post('/v1/validate', webFile)))
    expect(good.workload?.name).toBe('web')
    const bad = validationSchema.parse(
      await json(post('/v1/validate', { source: 'image: [1]\n', file: 'bad.yaml' })),
    )
    expect(bad.workload).toBeUndefined()
    expect(bad.findings[0]?.severity).toBe('error')
    expect(marketSchema.parse(await json(call('/v1/market'))).asks).toHaveLength(2)
    const wallet = walletSummarySchema.parse(await json(call('/v1/wallet')))
    expect(wallet).toMatchObject({ tokenSymbol: 'TUSD', tokenDecimals: 6, chainId: 31337 })
    expect(wallet.walletBalance + wallet.escrowBalance).toBeGreaterThan(900_000_000n)
    const network = networkSummarySchema.parse(await json(call('/v1/network')))
    expect(network).toMatchObject({ chainId: 31337, embedded: true })
    expect(network.addresses.escrow).toBe(site.network.addresses.escrow)
  })

  test('answers nobody without the token, nor under another name', async () => {
    for (const path of ['/v1/deployments', '/v1/wallet', '/v1/network', '/metrics', '/openapi.json']) {
      expect((await fetch(`${controller.url}${path}`)).status, path).toBe(401)
      expect((await call(path, { headers: { origin: 'http://evil.test' } })).status, path).toBe(403)
      expect(await statusUnderName(controller.url, path, 'evil.test', site.token), path).toBe(403)
    }
    const socket = new WebSocket(
      `${controller.url.replace('http', 'ws')}/v1/leases/0x${'00'.repeat(32)}/exec?command=[]`,
      {
        headers: { authorization: `Bearer ${site.token}`, origin: 'http://evil.test' },
      },
    )
    const refused = await new Promise<string>((resolve) =>
      socket.on('error', ({ message }) => resolve(message)),
    )
    expect(refused).toContain('403')
    expect((await fetch(`${controller.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${controller.url}/readyz`)).status).toBe(200)
  })

  test('gives the console its cookie, its headers, and its page for every address', async () => {
    const address = controller.consoleUrl.replace('localhost', '127.0.0.1')
    const page = await fetch(address)
    expect(await page.text()).toBe(consolePage)
    const cookie = page.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/)
    expect(cookie).not.toContain(site.token)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const own = { cookie: cookie.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' }
    expect((await fetch(`${controller.url}/v1/wallet`, { headers: own })).status).toBe(200)
    const foreign = { ...own, 'sec-fetch-site': 'cross-site' }
    expect((await fetch(`${controller.url}/v1/wallet`, { headers: foreign })).status).toBe(403)
    expect((await fetch(`${controller.url}/?token=wrong`)).status).toBe(403)
    expect(await (await fetch(`${controller.url}/deployments/web-1`)).text()).toBe(consolePage)
    const script = await fetch(`${controller.url}/app-0a1b2c3d4e.js`)
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect((await fetch(`${controller.url}/gone-0a1b2c3d4e.js`)).status).toBe(404)
    expect(await (await fetch(`${controller.url}/..%2f..%2f..%2f..%2fetc%2fpasswd`)).text()).toBe(consolePage)
  })

  test('keeps secrets out of the database', async () => {
    const secret = 'a-secret-that-must-not-be-found'
    const { id } = await deploy({
      source: `${webFile.source}env: { KEY: { secret: key } }\n`,
      secrets: { key: secret },
    })
    const up = await running(id)
    const provider = site.providers.find(({ address }) => address === up.groups[0]?.provider)
    expect(provider?.manifests.get(up.groups[0]?.leaseId ?? '0x')?.secrets).toEqual({ key: secret })
    const stored = await site.storedText()
    expect(stored).toContain(id)
    expect(stored).not.toContain(secret)
    expect(stored).not.toContain(Buffer.from(secret).toString('hex'))
    await post(`/v1/deployments/${id}/close`)
  })

  test('takes everything up after a restart, and closes everything when told to', async () => {
    const { id } = await deploy()
    const leaseId = (await running(id)).groups[0]?.leaseId
    await controller.stop()
    controller = await site.start()
    const again = await follow(id, ({ phase }) => phase === 'running')
    expect(again.groups[0]?.leaseId).toBe(leaseId)
    expect(again.timings.answered).toBeTypeOf('number')
    await controller.stop({ closeLeases: true })
    const reader = await site.network.clientOf()
    expect((await reader.lease(leaseId ?? '0x')).status).toBe('closed')
    controller = await site.start()
    expect((await read(id)).phase).toBe('closed')
  })
})

/** `fetch` will not send another `Host`. */
function statusUnderName(url: string, path: string, host: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, { headers: { host, authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}
