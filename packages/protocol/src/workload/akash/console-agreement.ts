import { isTree, own, type Tree } from '../source/records.ts'
import { SpelledScalar } from '../source/scalar.ts'
import type { Source } from '../source/source.ts'
import { compareLocally, keepsOrder } from './console-hash.ts'
import type { AkashFile } from './console-schema.ts'
import type { AkashDeployment } from './manifest.ts'
import type { Attribute, Sdl, SdlResources, SdlService, SdlVolume } from './sdl.ts'
import { isPersistent } from './validate-sdl.ts'

/**
 * Whether Akash's console surely takes a file in which nothing was wrong, and computes the hash that a provider does.
 * A short look at what usual files hold: whatever is rare is no, and then `consoleView` and `warnOfConsoleHash` tell.
 */
export function consoleSurelyAgrees(source: Source, sdl: Sdl, deployment: AkashDeployment): boolean {
  const { tree, documents, text } = source
  return (
    documents === 1 &&
    isTree(tree) &&
    hasOnly(tree, topKeys) &&
    (tree.version === '2.0' || tree.version === '2.1') &&
    !mayHoldLineSeparators(text) &&
    numbersUnitsAlike(sdl) &&
    agreesOnDeployment(tree.deployment) &&
    agreesOnServices(tree, sdl, deployment) &&
    agreesOnProfiles(tree.profiles, sdl)
  )
}

const topKeys = new Set(['version', 'services', 'profiles', 'deployment'])
const serviceKeys = new Set(['image', 'command', 'args', 'env', 'expose', 'params'])
const exposeKeys = new Set(['port', 'as', 'proto', 'accept', 'to'])
const targetKeys = new Set(['global', 'service'])
const paramsKeys = new Set(['storage'])
const mountKeys = new Set(['mount', 'readOnly'])
const deploymentKeys = new Set(['profile', 'count'])
const profilesKeys = new Set(['compute', 'placement'])
const computeKeys = new Set(['resources'])
const resourcesKeys = new Set(['cpu', 'memory', 'storage', 'gpu'])
const unitsKeys = new Set(['units'])
const sizeKeys = new Set(['size'])
const volumeKeys = new Set(['name', 'size', 'attributes'])
const volumeAttributeKeys = new Set(['class', 'persistent'])
const gpuKeys = new Set(['units', 'attributes'])
const gpuAttributeKeys = new Set(['vendor'])
const vendorKeys = new Set(['nvidia'])
const modelKeys = new Set(['model', 'ram'])
const placementKeys = new Set(['attributes', 'signedBy', 'pricing'])
const signedByKeys = new Set(['allOf', 'anyOf'])
const priceKeys = new Set(['denom', 'amount'])

function hasOnly(tree: Tree, keys: ReadonlySet<string>): boolean {
  for (const key in tree) if (!keys.has(key)) return false
  return true
}

/** A mapping of names, all of whose values pass. */
function isMap(value: unknown, passes: (inner: unknown, name: string) => boolean): boolean {
  if (!isTree(value)) return false
  for (const name in value) if (!passes(value[name], name)) return false
  return true
}

function isList(value: unknown, passes: (inner: unknown, index: number) => boolean): boolean {
  if (!Array.isArray(value)) return false
  for (let index = 0; index < value.length; index += 1) if (!passes(value[index], index)) return false
  return true
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Raw, or as one of YAML's escapes. */
function mayHoldLineSeparators(text: string): boolean {
  return text.includes('\u2028') || text.includes('\u2029') || (text.includes('\\') && /\\[LPuU]/.test(text))
}

/** Services come in one order in any language, and none shares its profile, which the versions number differently. */
function numbersUnitsAlike({ deployment }: Sdl): boolean {
  if (deployment.size < 2) return true
  const names = [...deployment.keys()].sort()
  const profiles = [...deployment.values()].flatMap((placements) =>
    [...placements.values()].map(({ profile }) => profile),
  )
  return (
    names.every((name, index) => index === 0 || compareLocally(names[index - 1] ?? '', name) < 0) &&
    new Set(profiles).size === profiles.length
  )
}

function agreesOnDeployment(file: unknown): boolean {
  return isMap(file, (placements) =>
    isMap(
      placements,
      (item) =>
        isTree(item) &&
        hasOnly(item, deploymentKeys) &&
        isText(item.profile) &&
        Number.isSafeInteger(item.count) &&
        (item.count as number) >= 1,
    ),
  )
}

function agreesOnServices({ services }: Tree, sdl: Sdl, { manifest }: AkashDeployment): boolean {
  const isUsual = isMap(services, (file, name) => {
    const ours = sdl.services.get(name)
    // One that is placed nowhere was not looked at, and so may hold anything.
    const placed = sdl.deployment.get(name)?.size ?? 0
    return ours !== undefined && placed > 0 && isTree(file) && agreesOnService(file, ours)
  })
  if (!isUsual) return false
  const files = services as AkashFile['services']
  return manifest.every((group) =>
    group.services.every(({ name, expose }) => {
      const file = own(files, name)
      const profile = sdl.deployment.get(name)?.get(group.name)?.profile
      const volumes = sdl.compute.get(profile ?? '')?.resources?.storage
      return (
        file !== undefined && keepsOrder(file, expose) && mountsAll(sdl.services.get(name), volumes ?? [])
      )
    }),
  )
}

function agreesOnService(file: Tree, ours: SdlService): boolean {
  const { command, args, env, expose, params } = file
  return (
    hasOnly(file, serviceKeys) &&
    isText(file.image) &&
    (command === undefined || command === null || isFilled(command)) &&
    (args === undefined || args === null || isFilled(args)) &&
    (env === undefined || env === null || isFilled(env)) &&
    (expose === undefined ||
      expose === null ||
      isList(expose, (item, index) => isTree(item) && agreesOnExpose(item, ours.expose[index]))) &&
    (params === undefined || agreesOnParams(params))
  )
}

/** A list of texts that is not empty, as the console and a provider take an empty one differently. */
function isFilled(list: unknown): boolean {
  return isList(list, isText) && (list as unknown[]).length > 0
}

function agreesOnExpose(file: Tree, ours: SdlService['expose'][number] | undefined): boolean {
  const { port, as, proto, accept, to } = file
  return (
    hasOnly(file, exposeKeys) &&
    ours !== undefined &&
    port === ours.port &&
    (as === undefined || (as === ours.as && ours.as >= 1 && ours.as <= 65535)) &&
    (proto === undefined || proto === 'tcp' || proto === 'TCP' || proto === 'udp' || proto === 'UDP') &&
    (accept === undefined || isFilled(accept)) &&
    isList(to, isTarget) &&
    (to as unknown[]).length > 0
  )
}

function isTarget(file: unknown): boolean {
  return (
    isTree(file) &&
    hasOnly(file, targetKeys) &&
    (file.global === undefined || typeof file.global === 'boolean') &&
    (file.service === undefined || isText(file.service))
  )
}

function agreesOnParams(file: unknown): boolean {
  return (
    isTree(file) &&
    hasOnly(file, paramsKeys) &&
    isMap(
      file.storage,
      (item) =>
        isTree(item) &&
        hasOnly(item, mountKeys) &&
        isText(item.mount) &&
        (item.readOnly === undefined || typeof item.readOnly === 'boolean'),
    )
  )
}

/** A volume without a name is `default` to a provider and nothing to the console. */
function mountsAll(service: SdlService | undefined, volumes: readonly SdlVolume[]): boolean {
  const mounts = service?.params?.storage
  if (mounts?.has('default')) return false
  return volumes.every((volume) => !isPersistent(volume) || mounts?.has(volume.name))
}

function agreesOnProfiles(file: unknown, sdl: Sdl): boolean {
  return (
    isTree(file) &&
    hasOnly(file, profilesKeys) &&
    isMap(file.compute, (profile, name) => {
      const ours = sdl.compute.get(name)?.resources
      return (
        isTree(profile) &&
        hasOnly(profile, computeKeys) &&
        isTree(profile.resources) &&
        ours !== undefined &&
        agreesOnResources(profile.resources, ours)
      )
    }) &&
    isMap(file.placement, isUsualPlacement)
  )
}

function agreesOnResources(file: Tree, ours: SdlResources): boolean {
  const { cpu, memory, storage, gpu } = file
  return (
    hasOnly(file, resourcesKeys) &&
    isTree(cpu) &&
    hasOnly(cpu, unitsKeys) &&
    agreesOnCores(plain(cpu.units), ours) &&
    isTree(memory) &&
    hasOnly(memory, sizeKeys) &&
    isPlainSize(memory.size) &&
    (isTree(storage)
      ? agreesOnVolume(storage, ours.storage?.[0])
      : isList(storage, (item, index) => isTree(item) && agreesOnVolume(item, ours.storage?.[index]))) &&
    (gpu === undefined || (isTree(gpu) && agreesOnGpu(gpu, ours.gpu)))
  )
}

function plain(value: unknown): unknown {
  return value instanceof SpelledScalar ? value.value : value
}

function agreesOnCores(cores: unknown, { cpu }: SdlResources): boolean {
  return typeof cores === 'number' && cores > 0 && cores * 1000 === cpu?.units
}

/** Digits and a unit in its usual spelling: of fractions one rounds up and the other down. */
function isPlainSize(size: unknown): boolean {
  return isText(size) && /^\d+(?:[MGT]i?|k|Ki)$/.test(size)
}

/** As volumes have names of their own, one at its place says that none was moved. */
function agreesOnVolume(file: Tree, ours: SdlVolume | undefined): boolean {
  const { name = 'default', size, attributes } = file
  return (
    hasOnly(file, volumeKeys) &&
    name === ours?.name &&
    isPlainSize(size) &&
    (attributes === undefined || (isTree(attributes) && isUsualVolume(attributes)))
  )
}

function isUsualVolume(attributes: Tree): boolean {
  const { class: kind, persistent } = attributes
  if (!hasOnly(attributes, volumeAttributeKeys)) return false
  return kind === 'ram' ? persistent === false : isText(kind) && kind !== '' && persistent === true
}

function agreesOnGpu(file: Tree, ours: SdlResources['gpu']): boolean {
  const { units, attributes } = file
  if (ours === undefined || !hasOnly(file, gpuKeys) || units !== ours.units) return false
  if (units === 0) return attributes === undefined
  return (
    isTree(attributes) &&
    hasOnly(attributes, gpuAttributeKeys) &&
    isTree(attributes.vendor) &&
    hasOnly(attributes.vendor, vendorKeys) &&
    agreesOnModels(attributes.vendor.nvidia, ours.attributes)
  )
}

/** Null is any model to both, an empty list to a provider alone. */
function agreesOnModels(file: unknown, ours: readonly Attribute[]): boolean {
  if (file === null) return true
  if (!isList(file, (item, index) => isTree(item) && agreesOnModel(item, ours[index]))) return false
  return (file as unknown[]).length > 0
}

/** The console keeps models as they are written; a provider sorts them and rounds what memory they have. */
function agreesOnModel(file: Tree, ours: Attribute | undefined): boolean {
  const { model, ram } = file
  return (
    hasOnly(file, modelKeys) &&
    isText(model) &&
    (ram === undefined || isText(ram)) &&
    ours?.key === `vendor/nvidia/model/${model}${ram === undefined ? '' : `/ram/${ram}`}`
  )
}

function isUsualPlacement(file: unknown): boolean {
  return (
    isTree(file) &&
    hasOnly(file, placementKeys) &&
    (file.attributes === undefined || isTree(file.attributes)) &&
    (file.signedBy === undefined || isUsualSignedBy(file.signedBy)) &&
    isMap(file.pricing, isUsualPrice)
  )
}

function isUsualSignedBy(file: unknown): boolean {
  return (
    isTree(file) &&
    hasOnly(file, signedByKeys) &&
    (file.allOf === undefined || isList(file.allOf, isText)) &&
    (file.anyOf === undefined || isList(file.anyOf, isText))
  )
}

function isUsualPrice(file: unknown): boolean {
  if (!isTree(file) || !hasOnly(file, priceKeys)) return false
  const amount = plain(file.amount)
  return (
    (file.denom === 'uact' || file.denom === 'uakt') &&
    typeof amount === 'number' &&
    amount >= 0 &&
    amount < Number.POSITIVE_INFINITY
  )
}
