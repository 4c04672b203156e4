/**
 * Splits a command as a shell would, without running anything: quotes and backslashes count, nothing else does.
 * Undefined when a quote is not closed.
 */
export function shellWords(text: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (quote === "'") {
      if (character === quote) quote = undefined
      else word = (word ?? '') + character
    } else if (character === '\\') {
      at += 1
      const next = text[at]
      if (next === undefined) return undefined
      // Inside double quotes a backslash is itself unless it guards something.
      word = (word ?? '') + (quote === '"' && !/["\\$`\n]/.test(next) ? `\\${next}` : next)
    } else if (quote === '"') {
      if (character === quote) quote = undefined
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (quote !== undefined) return undefined
  if (word !== undefined) words.push(word)
  return words
}
