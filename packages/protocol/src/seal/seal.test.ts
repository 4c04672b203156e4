import fc from 'fast-check'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, expect, test } from 'vitest'
import type { Address, Hex } from '../units/units.ts'
import { generateSealKeyPair, sealPublicKeyOf } from './keys.ts'
import { createNonceMemory } from './nonce-memory.ts'
import {
  type OpenedRequest,
  type OpenSealedRequestOptions,
  openSealedRequest,
  type SealRequestOptions,
  sealRequest,
} from './sealed-request.ts'
import { createSession, type Session, verifySessionGrant } from './session-grant.ts'

const provider: Address = '0x00000000000000000000000000000000000000aa'
const domain = { chainId: 31337, escrow: '0x00000000000000000000000000000000000000ee' } as const
const nowMs = 1_800_000_000_000
const wallet = privateKeyToAccount(generatePrivateKey())
let keys: { publicKey: Hex; privateKey: Hex }
let session: Session

const newSession = (changes: Partial<Parameters<typeof createSession>[0]> = {}) =>
  createSession({
    tenant: wallet.address,
    audience: provider,
    expiresAt: nowMs / 1000 + 3600,
    domain,
    signTypedData: (data) => wallet.signTypedData(data),
    ...changes,
  })

beforeAll(async () => {
  keys = await generateSealKeyPair()
  session = await newSession()
})

const utf8 = new TextEncoder()
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}
async function* streamOf(...chunks: Uint8Array[]) {
  yield* chunks
}
const seal = (changes: Partial<SealRequestOptions> = {}) =>
  sealRequest({
    recipient: keys.publicKey,
    provider,
    session,
    method: 'GET',
    path: '/leases',
    nowMs,
    ...changes,
  })
const open = (
  stream: AsyncIterable<Uint8Array> | Uint8Array,
  changes: Partial<OpenSealedRequestOptions> = {},
) =>
  openSealedRequest({
    privateKey: keys.privateKey,
    provider,
    nowMs,
    verifyGrant: (grant) => verifySessionGrant(grant, domain),
    acceptNonce: createNonceMemory(() => nowMs),
    stream: stream instanceof Uint8Array ? streamOf(stream) : stream,
    ...changes,
  })
const openWhole = async (bytes: Uint8Array, changes: Partial<OpenSealedRequestOptions> = {}) => {
  const opened = await open(bytes, changes)
  return { ...opened, bytes: await collect(opened.body) }
}
const code = (code: string) => expect.objectContaining({ code })
/** Where each frame begins, after the request's 33 or the answer's 32 bytes in front. */
function framesOf(bytes: Uint8Array, front: number): Uint8Array[] {
  const frames: Uint8Array[] = []
  for (let at = front; at < bytes.length; ) {
    const length = 5 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 1)
    frames.push(bytes.subarray(at, at + length))
    at += length
  }
  return frames
}

test('what was sealed opens, whatever it is and however the wire cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'DELETE'),
      fc.webPath({ size: 'small' }).map((path) => `/${path.replace(/^\/+/, '')}`),
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 700 }),
      async (method, path, chunks, streamed, cut) => {
        const plain = Buffer.concat(chunks)
        const sealed = await seal({ method, path, body: streamed ? streamOf(...chunks) : plain })
        const wire = await collect(sealed.body)
        const pieces: Buffer[] = []
        for (let at = 0; at < wire.length; at += cut) pieces.push(wire.subarray(at, at + cut))
        const opened = await open(streamOf(...pieces))
        expect([opened.tenant, opened.method, opened.path]).toEqual([
          wallet.address.toLowerCase(),
          method,
          path,
        ])
        expect((await collect(opened.body)).equals(plain)).toBe(true)

        const answer = await collect(opened.sealResponse({ status: 202, headers: { a: 'b' }, body: plain }))
        const back = await sealed.openResponse(streamOf(answer))
        expect([back.status, back.headers]).toEqual([202, { a: 'b' }])
        expect((await collect(back.body)).equals(plain)).toBe(true)
      },
    ),
    { numRuns: 40 },
  )
})

test('bodies larger than a frame, and none at all', async () => {
  const large = Buffer.alloc(200_001, 7)
  const { body } = await seal({ method: 'POST', body: large })
  expect((await openWhole(await collect(body))).bytes.equals(large)).toBe(true)
  expect((await openWhole(await collect((await seal()).body))).bytes.length).toBe(0)
})

test('both directions run at once', async () => {
  const toSend = [utf8.encode('one'), utf8.encode('two')]
  let release = () => {}
  async function* typed() {
    for (const line of toSend) {
      const echoed = new Promise<void>((resolve) => (release = resolve))
      yield line
      await echoed
    }
  }
  const sealed = await seal({ method: 'POST', path: '/leases/0x1/exec', body: typed() })
  const opened = await open(sealed.body)
  // The provider answers each line before the next is sent.
  const answer = await sealed.openResponse(opened.sealResponse({ status: 200, body: opened.body }))
  const heard: string[] = []
  for await (const chunk of answer.body) {
    heard.push(Buffer.from(chunk).toString())
    release()
  }
  expect(heard).toEqual(['one', 'two'])
})

test('no byte of a request can be changed', async () => {
  const { body } = await seal({
    method: 'POST',
    body: streamOf(utf8.encode('secret'), utf8.encode('manifest')),
  })
  const wire = await collect(body)
  for (let at = 0; at < wire.length; at++) {
    const flipped = Buffer.from(wire)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    await expect(openWhole(flipped), `byte ${at}`).rejects.toThrowError(code('seal.invalid'))
  }
})

test('no byte of an answer can be changed, and none left out', async () => {
  const sealed = await seal()
  const opened = await open(sealed.body)
  const wire = await collect(
    opened.sealResponse({ status: 200, body: streamOf(utf8.encode('logs'), utf8.encode('end')) }),
  )
  const openAnswer = async (bytes: Uint8Array) => collect((await sealed.openResponse(streamOf(bytes))).body)
  expect((await openAnswer(wire)).toString()).toBe('logsend')
  for (let at = 0; at < wire.length; at++) {
    const flipped = Buffer.from(wire)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    await expect(openAnswer(flipped), `byte ${at}`).rejects.toThrowError(code('seal.invalid'))
    await expect(openAnswer(wire.subarray(0, at)), `cut at ${at}`).rejects.toThrowError(code('seal.invalid'))
  }
})

test('a request that is cut off anywhere is refused', async () => {
  const wire = await collect(
    (await seal({ method: 'POST', body: streamOf(utf8.encode('a'), utf8.encode('b')) })).body,
  )
  for (let length = 0; length < wire.length; length++) {
    await expect(openWhole(wire.subarray(0, length)), `at ${length}`).rejects.toThrowError(
      code('seal.invalid'),
    )
  }
})

test('frames cannot be swapped, repeated, dropped or followed by others', async () => {
  const wire = await collect(
    (await seal({ method: 'POST', body: streamOf(utf8.encode('a'), utf8.encode('b')) })).body,
  )
  const front = wire.subarray(0, 33)
  const [head, a, b, end] = framesOf(wire, 33) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  expect((await openWhole(Buffer.concat([front, head, a, b, end]))).bytes.toString()).toBe('ab')
  for (const frames of [
    [head, b, a, end],
    [head, a, a, b, end],
    [head, b, end],
    [head, end],
    [a, head, b, end],
    [head, a, b],
    [head, a, b, end, end],
    [head, a, b, end, Uint8Array.of(0)],
  ]) {
    await expect(openWhole(Buffer.concat([front, ...frames]))).rejects.toThrowError(code('seal.invalid'))
  }
})

test('an oversized frame is refused before it is read', async () => {
  const wire = await collect((await seal()).body)
  let given = 0
  async function* endless() {
    yield wire.subarray(0, 33)
    yield Uint8Array.of(0, 0x7f, 0xff, 0xff, 0xff)
    for (; given < 1000; given++) yield new Uint8Array(1024)
  }
  await expect(open(endless())).rejects.toThrowError(code('seal.invalid'))
  expect(given).toBe(0)
})

test('opens only with the key it was sealed to', async () => {
  const wire = await collect((await seal()).body)
  const other = await generateSealKeyPair()
  await expect(open(wire, { privateKey: other.privateKey })).rejects.toThrowError(code('seal.invalid'))
  expect(sealPublicKeyOf(other.privateKey)).toBe(other.publicKey)
})

test('is refused by every provider but the one it is meant for', async () => {
  const other: Address = '0x00000000000000000000000000000000000000bb'
  // The same key under another name, then a request for it in a session for somebody else.
  await expect(open(await collect((await seal()).body), { provider: other })).rejects.toThrowError(
    code('seal.invalid'),
  )
  const wire = await collect((await seal({ provider: other })).body)
  await expect(open(wire, { provider: other })).rejects.toThrowError(code('auth.refused'))
})

test('is refused when the session is over or the clocks are apart', async () => {
  const expired = await newSession({ expiresAt: nowMs / 1000 })
  await expect(open(await collect((await seal({ session: expired })).body))).rejects.toThrowError(
    code('session.expired'),
  )
  for (const [skewMs, fits] of [
    [60_000, true],
    [60_001, false],
    [-60_000, true],
    [-60_001, false],
  ] as const) {
    const opening = open(await collect((await seal({ nowMs: nowMs + skewMs })).body))
    if (fits) expect((await opening).method).toBe('GET')
    else await expect(opening).rejects.toThrowError(code('session.expired'))
  }
})

test('the same bytes are taken once', async () => {
  const acceptNonce = createNonceMemory(() => nowMs)
  const wire = await collect((await seal()).body)
  await open(wire, { acceptNonce })
  await expect(open(wire, { acceptNonce })).rejects.toThrowError(code('session.replayed'))
  await open(await collect((await seal()).body), { acceptNonce })
})

test('a nonce is forgotten only when its request would be too old anyway', () => {
  let now = 0
  const accept = createNonceMemory(() => now)
  expect(accept('a', 60_000)).toBe(true)
  now = 60_000
  expect(accept('a', 60_000)).toBe(false)
  now = 180_000
  expect(accept('a', 240_000)).toBe(true)
})

test('is refused without the signatures of the session key and of the wallet, and remembers no such nonce', async () => {
  const remembered: string[] = []
  const acceptNonce = (nonce: string) => remembered.push(nonce) > 0
  const other = await newSession()
  const wrongKey = { grant: session.grant, privateKey: other.privateKey }
  await expect(
    open(await collect((await seal({ session: wrongKey })).body), { acceptNonce }),
  ).rejects.toThrowError(code('signature.invalid'))
  const thief = privateKeyToAccount(generatePrivateKey())
  const forged = await newSession({ signTypedData: (data) => thief.signTypedData(data) })
  await expect(
    open(await collect((await seal({ session: forged })).body), { acceptNonce }),
  ).rejects.toThrowError(code('signature.invalid'))
  expect(remembered).toEqual([])
})

test('a grant counts on its own chain and escrow only', async () => {
  expect(await verifySessionGrant(session.grant, domain)).toBe(true)
  expect(await verifySessionGrant(session.grant, { ...domain, chainId: 1 })).toBe(false)
  expect(await verifySessionGrant({ ...session.grant, signature: '0x1234' }, domain)).toBe(false)
  expect(
    await verifySessionGrant({ ...session.grant, grant: { ...session.grant.grant, expiresAt: 1 } }, domain),
  ).toBe(false)
})

test('two answers to one request share no key', async () => {
  const sealed = await seal()
  const opened: OpenedRequest = await open(sealed.body)
  const [one, two] = [
    await collect(opened.sealResponse({ status: 200, body: Buffer.alloc(64) })),
    await collect(opened.sealResponse({ status: 200, body: Buffer.alloc(64) })),
  ]
  expect(one.subarray(32).equals(two.subarray(32))).toBe(false)
  expect((await sealed.openResponse(streamOf(two))).status).toBe(200)
})

test('paths that HTTP could not carry are refused at once', async () => {
  await expect(seal({ path: '/a b' })).rejects.toThrowError(code('request.invalid'))
  await expect(seal({ path: 'leases' })).rejects.toThrowError(code('request.invalid'))
  await expect(seal({ recipient: '0x12' })).rejects.toThrowError(code('seal.invalid'))
})

test('ends the sender when the receiver stops reading', async () => {
  let ended = false
  async function* endless() {
    try {
      for (;;) yield utf8.encode('x')
    } finally {
      ended = true
    }
  }
  const { body } = await open((await seal({ method: 'POST', body: endless() })).body)
  for await (const _ of body) break
  expect(ended).toBe(true)
})

test('is the same every time when randomness is given', async () => {
  const randomBytes = (length: number) => new Uint8Array(length).fill(9)
  const once = await collect((await seal({ randomBytes })).body)
  expect((await collect((await seal({ randomBytes })).body)).equals(once)).toBe(true)
})
