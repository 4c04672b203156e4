const mostBytes = 64 * 1024

/**
 * Joins lines that are there at the same time into larger pieces: sealing each line by itself would cost more than
 * reading it. A line that comes alone goes out alone, at once.
 */
export async function* batched(lines: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  try {
    let next = lines.next()
    for (;;) {
      let result = await next
      if (result.done === true) return
      let piece = ''
      let ended = false
      for (;;) {
        piece += `${result.value}\n`
        next = lines.next()
        if (piece.length >= mostBytes) break
        const soon = await Promise.race([next, turnOver()])
        if (soon === undefined) break
        if (soon.done === true) {
          ended = true
          break
        }
        result = soon
      }
      yield encoder.encode(piece)
      if (ended) return
    }
  } finally {
    void lines.return(undefined)
  }
}

/** Settles after everything that is ready now has had its turn. */
function turnOver(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)))
}
