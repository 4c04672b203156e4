/** A datagram on a byte stream: its length in two bytes, then itself. UDP's longest fits. */
export function frameDatagram(datagram: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(2 + datagram.length)
  framed.writeUInt16BE(datagram.length)
  framed.set(datagram, 2)
  return framed
}

/** Takes a stream's chunks, however they were cut, and tells each datagram in them. */
export function createDeframer(onDatagram: (datagram: Buffer) => void): (chunk: Uint8Array) => void {
  let held = Buffer.alloc(0)
  return (chunk) => {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
    while (held.length >= 2) {
      const end = 2 + held.readUInt16BE()
      if (held.length < end) return
      onDatagram(held.subarray(2, end))
      held = held.subarray(end)
    }
  }
}
