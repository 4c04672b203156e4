/** Whether a subject fits a pattern: `*` is one word, a last `>` one or more. */
export function matchesSubject(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.')
  const words = subject.split('.')
  for (const [index, want] of wanted.entries()) {
    if (want === '>' && index === wanted.length - 1) return words.length > index
    if (index >= words.length || (want !== '*' && want !== words[index])) return false
  }
  return words.length === wanted.length
}

/** Throws RangeError unless it can be published to. */
export function requireSubject(subject: string): void {
  if (!/^[^\s.*>]+(\.[^\s.*>]+)*$/.test(subject)) {
    throw new RangeError(
      `${JSON.stringify(subject)} is no subject: it is words joined by dots, without * and >`,
    )
  }
}

/** Throws RangeError unless it can be subscribed to. */
export function requirePattern(pattern: string): void {
  const words = pattern.split('.')
  const fits = words.every(
    (word, index) => word === '*' || (word === '>' && index === words.length - 1) || /^[^\s*>]+$/.test(word),
  )
  if (!fits) throw new RangeError(`${JSON.stringify(pattern)} is no pattern of subjects`)
}

/** Throws RangeError unless it can be a key. */
export function requireKey(key: string): void {
  if (!/^[-/_=a-zA-Z0-9]+(\.[-/_=a-zA-Z0-9]+)*$/.test(key)) {
    throw new RangeError(`${JSON.stringify(key)} is no key: letters, digits, - _ = / and dots between words`)
  }
}
