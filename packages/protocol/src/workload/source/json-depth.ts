/** JSON within a text, or undefined when it is none or nests deeper than `most` levels. */
export function parseShallowJson(text: string, most = 64): unknown {
  if (depthOf(text) > most) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (quoted) {
      if (character === '\\') at += 1
      else quoted = character !== '"'
    } else if (character === '"') quoted = true
    else if (character === '[' || character === '{') {
      depth += 1
      deepest = Math.max(deepest, depth)
    } else if (character === ']' || character === '}') depth -= 1
  }
  return deepest
}
