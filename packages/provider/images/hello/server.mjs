// The first thing that runs on a new network: a page, a health check and a WebSocket echo, with nothing but Node.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 8080)
const host = process.env.HOST ?? '0.0.0.0'
const lease = process.env.SUBLET_LEASE ?? 'none'
const provider = process.env.SUBLET_PROVIDER ?? 'nobody'
const greeting = process.env.GREETING ?? 'Hello from Sublet'
const startedAtMs = Date.now()
let requests = 0

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => escapes[character])

function page() {
  const seconds = Math.round((Date.now() - startedAtMs) / 1000)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(greeting)}</title>
<style>
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem; color: #17202a; }
  h1 { font-size: 2.2rem; margin: 0 0 .5rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; }
  dt { color: #5d6d7e; } dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
  @media (prefers-color-scheme: dark) { body { background: #11161b; color: #e8edf1; } dt { color: #93a3b1; } }
</style>
</head>
<body>
<h1>${escapeHtml(greeting)}</h1>
<p>This page comes from a container on a rented machine.</p>
<dl>
  <dt>Lease</dt><dd>${escapeHtml(lease)}</dd>
  <dt>Provider</dt><dd>${escapeHtml(provider)}</dd>
  <dt>Up for</dt><dd>${seconds} s</dd>
  <dt>Requests</dt><dd>${requests}</dd>
</dl>
</body>
</html>
`
}

const server = createServer((request, response) => {
  const startedMs = performance.now()
  requests += 1
  response.on('finish', () => {
    const tookMs = (performance.now() - startedMs).toFixed(1)
    console.log(`${request.method} ${request.url} ${response.statusCode} ${tookMs} ms`)
  })
  const path = (request.url ?? '/').split('?')[0]
  if (path === '/healthz') {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: 'ok', lease }))
  } else if (path === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page())
  } else if (path === '/echo') {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    request.pipe(response)
  } else {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n')
  }
})

/** One WebSocket frame from the server: never masked. */
function frame(opcode, payload) {
  const length = payload.length
  const header =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0]), uint32(length)])
  return Buffer.concat([header, payload])
}

function uint32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const mostPayloadBytes = 1024 * 1024

/** Cuts what arrived into frames; answers what is left over, or undefined on anything that it does not take. */
function takeFrames(buffer, handle) {
  for (;;) {
    if (buffer.length < 2) return buffer
    const opcode = buffer[0] & 15
    let length = buffer[1] & 127
    let at = 2
    if (length === 126) {
      if (buffer.length < 4) return buffer
      length = buffer.readUInt16BE(2)
      at = 4
    } else if (length === 127) {
      if (buffer.length < 10) return buffer
      length = Number(buffer.readBigUInt64BE(2))
      at = 10
    }
    if ((buffer[1] & 128) === 0 || length > mostPayloadBytes) return undefined
    if (buffer.length < at + 4 + length) return buffer
    const mask = buffer.subarray(at, at + 4)
    const payload = Buffer.from(buffer.subarray(at + 4, at + 4 + length))
    for (let index = 0; index < length; index += 1) payload[index] ^= mask[index & 3]
    handle(opcode, payload)
    buffer = buffer.subarray(at + 4 + length)
  }
}

server.on('upgrade', (request, socket, head) => {
  const key = request.headers['sec-websocket-key']
  if ((request.url ?? '').split('?')[0] !== '/ws' || key === undefined) {
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
    return
  }
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  console.log(`WEBSOCKET ${request.url} opened`)
  let rest = head
  socket.on('data', (chunk) => {
    const left = takeFrames(Buffer.concat([rest, chunk]), (opcode, payload) => {
      if (opcode === 8) socket.end(frame(8, payload))
      else if (opcode === 9) socket.write(frame(10, payload))
      else if (opcode === 1 || opcode === 2) socket.write(frame(opcode, payload))
    })
    if (left === undefined) socket.destroy()
    else rest = left
  })
  socket.on('error', () => socket.destroy())
})

server.listen(port, host, () => console.log(`${greeting}: listening on port ${port}, lease ${lease}`))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    console.log(`${signal}: closing`)
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}
