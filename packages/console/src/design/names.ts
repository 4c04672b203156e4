/** The ends of an address or hash, which is what people compare: `0x1234…cdef`. */
export function shortHex(hex: string): string {
  return hex.length <= 13 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`
}

/** `1 device`, `2 devices`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
}

/** A model as its maker writes it: `rtx4090` is `RTX 4090`. */
export function modelName(model: string): string {
  const [, letters = model, rest = ''] = /^([a-z]{3,})[-_ ]?(\d.*)$/.exec(model) ?? []
  return rest === ''
    ? model.toUpperCase()
    : `${letters.toUpperCase()} ${rest.toUpperCase().replace(/(\d)TI\b/, '$1 Ti')}`
}
