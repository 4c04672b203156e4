import { gibibyte, mebibyte } from '@sublet/protocol'

/**
 * Nominal memory in GiB of models whose drivers report less: error correction and the driver's own share come off.
 * Only models that come in sizes that rounding would not find need to stand here.
 */
const nominalGib: Record<string, readonly number[]> = {
  t4: [16],
  l4: [24],
  a2: [16],
  a10: [24],
  a10g: [24],
  a16: [16],
  a30: [24],
  a40: [48],
  l40: [48],
  l40s: [48],
  rtxa4000: [16],
  rtxa5000: [24],
  rtxa6000: [48],
  rtx6000ada: [48],
  p100: [12, 16],
  p40: [24],
  v100: [16, 32],
  a100: [40, 80],
  h100: [80, 94],
  h200: [141],
  b200: [180],
  gh200: [96, 144],
  mi50: [16, 32],
  mi60: [32],
  mi100: [32],
  mi210: [64],
  mi250: [128],
  mi250x: [128],
  mi300a: [128],
  mi300x: [192],
  mi325x: [256],
  mi350x: [288],
  mi355x: [288],
  flex140: [6],
  flex170: [16],
  max1100: [48],
  max1550: [128],
  arca750: [8],
  arca770: [8, 16],
  arcprob50: [16],
  arcprob60: [24],
}

/** How much smaller than its nominal size a driver may report a card: a Flex 170 gives 13.9 of 16. */
const mostMissing = 0.14

/** The size by which people know the card, from what its driver reports. */
export function nominalMemoryBytes(model: string, reportedMebibytes: number): number {
  const reportedGib = (reportedMebibytes * mebibyte) / gibibyte
  const known = nominalGib[model]?.find(
    (gib) => reportedGib <= gib * 1.02 && reportedGib >= gib * (1 - mostMissing),
  )
  return (known ?? Math.max(1, Math.round(reportedGib))) * gibibyte
}

const noise = [
  /\(r\)|\(tm\)/gi,
  /\b(nvidia|geforce|quadro|tesla|amd|radeon|instinct|intel|apple)\b/gi,
  /\b(graphics( device)?|generation|data cent(er|re) gpu|oam|mcm)\b/gi,
  // `Radeon AI PRO R9700` and `Radeon PRO W7900` go by their numbers.
  /\b(ai )?pro (?=[rwv]\d)/gi,
]

/**
 * A driver's name for a card as orders name it: `NVIDIA GeForce RTX 4090` is `rtx4090`, `NVIDIA A100-SXM4-80GB` is
 * `a100`, `AMD Instinct MI300X OAM` is `mi300x`, `Intel(R) Arc(TM) A770 Graphics` is `arca770`, `Apple M2 Max` is
 * `m2max`. Memory and bus are told apart elsewhere.
 */
export function modelOfName(name: string): string {
  let text = noise.reduce((rest, pattern) => rest.replace(pattern, ' '), name.replace(/\s+/g, ' '))
  text = text
    .replace(/[- ]?(sxm\d?|pcie|hbm\d?e?|nvl|dgxs|fhhl)\b/gi, ' ')
    .replace(/[- ]?\d+(\.\d+)?\s*g[bi]b?\b/gi, ' ')
    .replace(/\blaptop gpu\b/gi, ' laptop')
    .replace(/\bmax-q( design)?\b/gi, ' maxq')
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, '')
}

export function interfaceOfName(name: string): 'pcie' | 'sxm' {
  // The bare H100 with HBM3, H200 and B200 sit in sockets; their cards say PCIe or NVL.
  return /sxm|HGX|GH200|B200|HBM3\b|H200(?!.*NVL)/i.test(name) ? 'sxm' : 'pcie'
}
