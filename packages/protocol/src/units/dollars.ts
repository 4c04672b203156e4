/** Every network's money is a dollar of six decimals. */
export const unitsPerDollar = 1_000_000n

/** Token base units of a 6-decimal dollar as text: `$0.40`, `$0.000278`. Small amounts keep the digits that matter. */
export function dollars(baseUnits: bigint): string {
  const sign = baseUnits < 0n ? '-' : ''
  const absolute = baseUnits < 0n ? -baseUnits : baseUnits
  const fraction = (absolute % unitsPerDollar).toString().padStart(6, '0')
  const trimmed = fraction.replace(/0+$/, '').padEnd(2, '0')
  return `${sign}$${absolute / unitsPerDollar}.${trimmed}`
}

export function perHour(ratePerHour: bigint): string {
  return `${dollars(ratePerHour)}/h`
}

/** Reads dollars as people type them (`0.40`, `$1`, `.5`, `0.4/h`) into base units; undefined where it is no such amount. */
export function parseDollars(text: string): bigint | undefined {
  const match = /^\$?\s*(\d{1,12})?(?:\.(\d{1,6}))?\s*(?:\/\s*h(?:our)?)?$/.exec(text.trim())
  if (match === null || (match[1] === undefined && match[2] === undefined)) return undefined
  return BigInt(match[1] ?? '0') * unitsPerDollar + BigInt((match[2] ?? '').padEnd(6, '0'))
}
