/**
 * Cuts a command line into words as a shell would: spaces part them, quotes keep them together, a backslash takes the
 * next letter as it is. Undefined when it is empty or a quote is left open.
 */
export function commandWords(line: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < line.length; index += 1) {
    const letter = line[index] ?? ''
    if (letter === '\\' && quote !== "'") {
      index += 1
      word = (word ?? '') + (line[index] ?? '')
    } else if (quote !== '') {
      if (letter === quote) quote = ''
      else word = (word ?? '') + letter
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + letter
    }
  }
  if (quote !== '') return undefined
  if (word !== undefined) words.push(word)
  return words.length === 0 ? undefined : words
}
