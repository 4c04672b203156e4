const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/**
 * A size for people, rounded to three digits: `512 MiB`, `1.5 GiB`, `20 GiB`. Not to be read back; what is written into
 * files is `formatBytes`.
 */
export function sizeWords(bytes: number): string {
  return worded(bytes, (value) => (value < 10 ? 2 : value < 100 ? 1 : 0))
}

function worded(bytes: number, fractionDigitsOf: (value: number) => number): string {
  let value = bytes
  for (const [step, unit] of units.entries()) {
    // Bytes are whole, also where a speed is none of them.
    const digits = step === 0 ? 0 : fractionDigitsOf(value)
    const rounded = Number(value.toFixed(digits))
    // What rounds up to 1024 is one of the next unit.
    if (rounded < 1024 || step === units.length - 1) return `${rounded} ${unit}`
    value /= 1024
  }
  throw new RangeError('there is a largest unit')
}

/** Two sizes of which one is too little for the other: with as many digits as it takes to tell them apart. */
export function unequalSizesWords(one: number, other: number): [string, string] {
  const rounded: [string, string] = [sizeWords(one), sizeWords(other)]
  if (one === other || rounded[0] !== rounded[1]) return rounded
  for (let digits = 1; digits <= 3; digits += 1) {
    const words: [string, string] = [worded(one, () => digits), worded(other, () => digits)]
    if (words[0] !== words[1]) return words
  }
  return [`${one} B`, `${other} B`]
}
