import { type At, inside, pathOf } from '../source/at.ts'
import type { Findings } from '../source/findings.ts'
import { compareText, isTree, type Tree } from '../source/records.ts'
import { textOf } from '../source/scalar.ts'
import { goString, goTexts, goTree, goTrees, nodeText, wrongType } from './go-decode.ts'
import { parseGoFloat, parseGoUint, truncateToUint32 } from './go-number.ts'
import type { Attribute, SdlGpuKind, SdlResources, SdlVolume } from './sdl.ts'
import { sortVolumes } from './volume-order.ts'

export function decodeResources(findings: Findings, at: At, tree: Tree): SdlResources {
  return {
    cpu: decodeCpu(findings, at, tree),
    gpu: decodeGpu(findings, at, tree),
    memory: decodeMemory(findings, at, tree),
    storage: decodeStorage(findings, at, tree),
  }
}

/** A field with a decoder of its own; null and absent never reach it. */
function present(tree: Tree, key: string): boolean {
  return tree[key] !== null && tree[key] !== undefined
}

function decodeCpu(findings: Findings, up: At, tree: Tree): SdlResources['cpu'] {
  const cpu = goTree(findings, up, tree, 'cpu')
  if (cpu === undefined) return undefined
  const at = inside(up, 'cpu')
  const attributes: Attribute[] = []
  const listed = present(cpu, 'attributes') ? cpu.attributes : undefined
  if (Array.isArray(listed)) wrongType(findings, inside(at, 'attributes'), 'a mapping')
  for (const [key, value] of isTree(listed) ? Object.entries(listed) : []) {
    const keyAt = inside(inside(at, 'attributes'), key)
    if (key !== 'arch') {
      findings.error(pathOf(keyAt), 'akash.cpu-attribute', `There is no CPU attribute \`${key}\`.`, {
        at: 'key',
        expected: '`arch`',
      })
    } else if (value !== null && textOf(value) === undefined) wrongType(findings, keyAt, 'text')
    else attributes.push({ key, value: nodeText(value) })
  }
  return {
    units: present(cpu, 'units') ? decodeCpuUnits(findings, inside(at, 'units'), nodeText(cpu.units)) : 0,
    attributes,
  }
}

function decodeCpuUnits(findings: Findings, at: At, text: string): number {
  const millis = text.endsWith('m')
  const value = millis ? parseGoUint(text.slice(0, -1), 32) : parseGoFloat(text)
  if (value === undefined || value < 0) {
    findings.error(pathOf(at), 'akash.cpu-units', `\`${text}\` is no amount of CPU.`, {
      expected: 'cores such as 0.5, or millicores such as 500m',
    })
    return Number.NaN
  }
  return millis ? value : truncateToUint32(value * 1000)
}

const scales: ReadonlyMap<string, number> = new Map([
  ['k', 1e3],
  ['Ki', 1024],
  ['M', 1e6],
  ['Mi', 1024 ** 2],
  ['G', 1e9],
  ['Gi', 1024 ** 3],
  ['T', 1e12],
  ['Ti', 1024 ** 4],
  ['P', 1e15],
  ['Pi', 1024 ** 5],
  ['E', 1e18],
  ['Ei', 1024 ** 6],
])

/** Bytes, fractions cut off; undefined when it is no size. */
function parseSize(text: string, binaryOnly: boolean): number | undefined {
  const isBinary = text.endsWith('i')
  const suffix = text.slice(isBinary ? -2 : -1)
  const scale = isBinary || !binaryOnly ? scales.get(suffix) : undefined
  const value = parseGoFloat(scale === undefined ? text : text.slice(0, -suffix.length))
  if (value === undefined || !(value >= 0)) return undefined
  return Math.trunc(value * (scale ?? 1))
}

function decodeSize(findings: Findings, up: At, tree: Tree, key: string, binaryOnly = false): number {
  if (!present(tree, key)) return 0
  const text = nodeText(tree[key])
  const bytes = parseSize(text, binaryOnly)
  if (bytes !== undefined) return bytes
  findings.error(
    pathOf(inside(up, key)),
    'akash.size',
    text === '' ? `\`${key}\` is no size.` : `\`${text}\` is no size.`,
    {
      expected: 'a number and one of k, Ki, M, Mi, G, Gi, T, Ti, with no space',
      mend: mendedSize(text),
    },
  )
  return Number.NaN
}

/** `16GB` and `2 gi` mean `16G` and `2Gi`; Akash takes neither. */
function mendedSize(text: string): string | undefined {
  const match = /^\s*([\d.]+)\s*([kmgtpe])(i?)b?\s*$/i.exec(text)
  if (match === null) return undefined
  const letter = (match[2] ?? '').toUpperCase()
  const binary = match[3] !== ''
  return `write ${match[1]}${letter === 'K' && !binary ? 'k' : letter}${binary ? 'i' : ''}`
}

function decodeMemory(findings: Findings, up: At, tree: Tree): SdlResources['memory'] {
  const memory = goTree(findings, up, tree, 'memory')
  return memory === undefined
    ? undefined
    : { bytes: decodeSize(findings, inside(up, 'memory'), memory, 'size') }
}

function decodeGpu(findings: Findings, up: At, tree: Tree): SdlResources['gpu'] {
  if (!present(tree, 'gpu')) return undefined
  const at = inside(up, 'gpu')
  const gpu = tree.gpu
  if (Array.isArray(gpu)) wrongType(findings, at, 'a mapping')
  // Akash takes any scalar here for no GPU at all.
  if (!isTree(gpu)) return { units: 0, attributes: [], kinds: [] }
  for (const key of Object.keys(gpu)) {
    if (key === 'units' || key === 'attributes') continue
    findings.error(pathOf(inside(at, key)), 'akash.gpu-field', `A GPU has no field \`${key}\`.`, {
      at: 'key',
      expected: '`units` or `attributes`',
    })
  }
  const unitsText = present(gpu, 'units') ? nodeText(gpu.units) : '0'
  const units = parseGoUint(unitsText, 64)
  if (units === undefined) {
    findings.error(pathOf(inside(at, 'units')), 'akash.gpu-units', `\`${unitsText}\` is no count of GPUs.`, {
      expected: 'a whole number',
    })
  }
  const hasAttributes = present(gpu, 'attributes')
  const kinds = hasAttributes ? decodeGpuKinds(findings, inside(at, 'attributes'), gpu.attributes) : []
  if (units !== undefined && units > 0 && !hasAttributes) {
    findings.error(pathOf(at), 'akash.gpu-attributes', 'GPUs need attributes that say which.', {
      at: 'key',
      mend: 'add `attributes: {vendor: {nvidia: [{model: rtx4090}]}}`, or `{vendor: {nvidia: []}}` for any',
    })
  }
  const attributes = hasAttributes ? gpuAttributes(kinds) : []
  checkAttributeKeys(findings, inside(at, 'attributes'), attributes)
  return { units: units ?? Number.NaN, attributes, kinds }
}

function decodeGpuKinds(findings: Findings, at: At, attributes: unknown): SdlGpuKind[] {
  if (Array.isArray(attributes)) wrongType(findings, at, 'a mapping')
  const tree = isTree(attributes) ? attributes : {}
  for (const key of Object.keys(tree)) {
    if (key === 'vendor') continue
    findings.error(pathOf(inside(at, key)), 'akash.gpu-attribute', `There is no GPU attribute \`${key}\`.`, {
      at: 'key',
      expected: '`vendor`',
    })
  }
  const vendor = goTree(findings, at, tree, 'vendor')
  if (vendor === undefined) {
    findings.error(pathOf(at), 'akash.gpu-vendor', 'GPU attributes need a vendor.', {
      at: 'key',
      mend: 'add `vendor: {nvidia: []}`',
    })
    return []
  }
  const vendorAt = inside(at, 'vendor')
  for (const key of Object.keys(vendor)) {
    if (key === 'nvidia') continue
    findings.warn(
      pathOf(inside(vendorAt, key)),
      'akash.gpu-vendor-ignored',
      `Akash passes over the vendor \`${key}\` and asks for any NVIDIA GPU.`,
      {
        at: 'key',
        mend: 'use a Sublet file, which knows other vendors',
      },
    )
  }
  return goTrees(findings, vendorAt, vendor, 'nvidia', (item, itemAt) => {
    const kind = present(item, 'interface') ? nodeText(item.interface) : undefined
    if (kind !== undefined && kind !== 'pcie' && kind !== 'sxm') {
      findings.error(
        pathOf(inside(itemAt, 'interface')),
        'akash.gpu-interface',
        `\`${kind}\` is no GPU interface.`,
        { expected: 'pcie or sxm' },
      )
    }
    return {
      model: goString(findings, itemAt, item, 'model'),
      ...(present(item, 'ram') ? { ramBytes: decodeSize(findings, itemAt, item, 'ram', true) } : {}),
      ...(kind === undefined ? {} : { interface: kind }),
    }
  })
}

function gpuAttributes(kinds: readonly SdlGpuKind[]): Attribute[] {
  if (kinds.length === 0) return [{ key: 'vendor/nvidia/model/*', value: 'true' }]
  const attributes = kinds.map(({ model, ramBytes, interface: kind }) => {
    const ram = ramBytes === undefined ? '' : `/ram/${Math.floor(ramBytes / 1024 ** 3)}Gi`
    return {
      key: `vendor/nvidia/model/${model}${ram}${kind === undefined ? '' : `/interface/${kind}`}`,
      value: 'true',
    }
  })
  return attributes.sort((a, b) => compareText(a.key, b.key))
}

const attributeKey = /^([a-zA-Z][\w/.-]{1,126}[\w*]?)$/

function checkAttributeKeys(findings: Findings, at: At, attributes: readonly Attribute[]): void {
  let previous: string | undefined
  for (const { key } of attributes) {
    if (!attributeKey.test(key)) {
      findings.error(pathOf(at), 'akash.gpu-model', `\`${key}\` is no attribute that a provider can have.`, {
        expected: 'a model in letters, digits, `.`, `-` and `_`',
      })
    }
    if (key === previous) {
      findings.error(pathOf(at), 'akash.gpu-duplicate', `\`${key}\` is listed twice.`, {
        mend: 'keep one of the two',
      })
    }
    previous = key
  }
}

function decodeStorage(findings: Findings, up: At, tree: Tree): SdlVolume[] | null {
  if (!present(tree, 'storage')) return null
  const at = inside(up, 'storage')
  const storage = tree.storage
  if (isTree(storage)) return [{ ...decodeVolume(findings, at, storage, 0), name: 'default' }]
  if (!Array.isArray(storage) || storage.length === 0) return null
  const volumes: SdlVolume[] = []
  const names = new Set<string>()
  for (let index = 0; index < storage.length; index += 1) {
    const item: unknown = storage[index]
    const itemAt = inside(at, index)
    if (item !== null && !isTree(item)) {
      wrongType(findings, itemAt, 'a mapping', 'write `size: ` before it')
      continue
    }
    const volume = decodeVolume(findings, itemAt, item ?? {}, index)
    if (names.has(volume.name)) {
      findings.error(pathOf(itemAt), 'akash.duplicate-volume', `Two volumes are called \`${volume.name}\`.`, {
        mend: 'give each a `name`; one without is called `default`',
      })
    }
    names.add(volume.name)
    volumes.push(volume)
  }
  return sortVolumes(volumes)
}

function decodeVolume(findings: Findings, at: At, tree: Tree, declared: number): SdlVolume {
  const name = goString(findings, at, tree, 'name')
  return {
    name: name === '' ? 'default' : name,
    bytes: decodeSize(findings, at, tree, 'size'),
    attributes: decodeVolumeAttributes(findings, at, tree),
    declared,
  }
}

const storageClasses = ['default', 'beta1', 'beta2', 'beta3', 'ram']

/** The rules go by the literal spellings `true` and `false`, though others are accepted. */
function decodeVolumeAttributes(findings: Findings, up: At, tree: Tree): Attribute[] {
  const texts = goTexts(findings, up, tree, 'attributes')
  if (texts === undefined) return []
  const at = inside(up, 'attributes')
  const values = new Map(texts)
  if (!values.has('persistent')) values.set('persistent', 'false')
  const persistent = values.get('persistent') ?? ''
  const kind = values.get('class') ?? ''
  if (kind === '' && persistent === 'true') values.set('class', 'default')
  if (kind === 'ram' && persistent !== 'false') {
    findings.error(pathOf(at), 'akash.ram-persistent', 'A volume in memory cannot be persistent.', {
      mend: 'leave `persistent` out',
    })
  }
  if (kind !== '' && kind !== 'ram' && persistent === 'false') {
    findings.error(pathOf(at), 'akash.ephemeral-class', 'A volume that is not persistent has no class.', {
      mend: 'add `persistent: true`, or leave `class` out',
    })
  }
  const attributes: Attribute[] = []
  for (const [key, value] of values) {
    if (key === 'persistent') {
      const unified =
        value === 'on' || value === 'yes' ? 'true' : value === 'off' || value === 'no' ? 'false' : value
      if (unified !== 'true' && unified !== 'false') {
        findings.error(
          pathOf(inside(at, key)),
          'akash.persistent',
          `\`persistent\` cannot be \`${value}\`.`,
          { expected: 'true or false' },
        )
      }
      attributes.push({ key, value: unified })
    } else if (key === 'class') {
      if (!storageClasses.includes(value)) {
        findings.error(
          pathOf(inside(at, key)),
          'akash.storage-class',
          `There is no storage class \`${value}\`.`,
          {
            expected: `one of ${storageClasses.join(', ')}`,
          },
        )
      }
      attributes.push({ key, value })
    } else {
      findings.error(
        pathOf(inside(at, key)),
        'akash.storage-attribute',
        `There is no storage attribute \`${key}\`.`,
        {
          at: 'key',
          expected: '`persistent` or `class`',
        },
      )
    }
  }
  return attributes.sort((a, b) => compareText(a.key, b.key))
}
