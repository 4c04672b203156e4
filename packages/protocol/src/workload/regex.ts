/**
 * Why a file's regular expression is refused, or undefined if it may be used. Patterns that can take exponential time
 * (a repeat within a repeat) are refused, because a provider runs them over a stranger's output.
 */
export function regexProblem(pattern: string): string | undefined {
  if (pattern.length > 1000) return 'is longer than 1000 characters'
  try {
    new RegExp(pattern)
  } catch {
    return 'is not a valid regular expression'
  }
  if (/\\[1-9]|\\k</.test(pattern)) return 'refers back to a group, which can take exponential time'
  return repeatsWithinRepeat(pattern)
    ? 'repeats a group that itself repeats or branches, which can take exponential time'
    : undefined
}

/** Looks for a group with an unbounded or large repeat inside or a branch, itself repeated. */
function repeatsWithinRepeat(pattern: string): boolean {
  const open: boolean[] = []
  let inClass = false
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '(') open.push(false)
    else if (character === '|' && open.length > 0) open[open.length - 1] = true
    else if (character === ')') {
      const risky = open.pop() ?? false
      if (risky && isRepeat(pattern, at + 1)) return true
      if ((risky || isRepeat(pattern, at + 1)) && open.length > 0) open[open.length - 1] = true
    } else if (isRepeat(pattern, at) && open.length > 0 && pattern[at - 1] !== '(')
      open[open.length - 1] = true
  }
  return false
}

function isRepeat(pattern: string, at: number): boolean {
  const character = pattern[at]
  if (character === '*' || character === '+') return true
  const counted = character === '{' ? /^\{(\d+)(,(\d*))?\}/.exec(pattern.slice(at, at + 16)) : null
  if (counted === null) return false
  return counted[2] !== undefined ? counted[3] === '' || Number(counted[3]) > 1 : Number(counted[1]) > 1
}
