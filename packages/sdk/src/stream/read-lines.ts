const maxLineBytes = 4 * 1024 * 1024

/**
 * Cuts a byte stream into lines of text without their ends, as many at a time as a chunk completes. Throws RangeError on a
 * line over 4 MiB.
 */
export async function* readLines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineBytes) throw new RangeError(`a line over ${maxLineBytes} bytes`)
    const full = lines.filter((line) => line !== '')
    if (full.length > 0) yield full
  }
  rest += decoder.decode()
  if (rest !== '') yield [rest]
}
