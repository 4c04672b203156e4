import { isTree, type Tree } from '../source/records.ts'
import { plainOf } from '../source/scalar.ts'
import type { Source } from '../source/source.ts'
import type { Sdl, SdlService, SdlVolume } from './sdl.ts'
import { isPersistent } from './validate-sdl.ts'

/**
 * Whether Akash's console surely takes a file in which nothing was wrong, and so `consoleView` would say nothing. A
 * short look at what usual files hold, much quicker than the whole schema: whatever is rare is no.
 */
export function consoleSurelyTakes({ tree, documents }: Source, sdl: Sdl): boolean {
  return (
    documents === 1 &&
    isTree(tree) &&
    hasOnly(tree, topKeys) &&
    (tree.version === '2.0' || tree.version === '2.1') &&
    isMap(tree.deployment, (placements) => isMap(placements, isUsualDeployment)) &&
    isMap(tree.services, (service, name) => sdl.deployment.has(name) && isUsualService(service)) &&
    isUsualProfiles(tree.profiles) &&
    mountsAll(sdl)
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

function isList(value: unknown, passes: (inner: unknown) => boolean): boolean {
  if (!Array.isArray(value)) return false
  for (let index = 0; index < value.length; index += 1) if (!passes(value[index])) return false
  return true
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTexts(value: unknown): boolean {
  return isList(value, isText)
}

function isUsualDeployment(item: unknown): boolean {
  return (
    isTree(item) &&
    hasOnly(item, deploymentKeys) &&
    isText(item.profile) &&
    Number.isSafeInteger(item.count) &&
    (item.count as number) >= 1
  )
}

function isUsualService(service: unknown): boolean {
  if (!isTree(service) || !hasOnly(service, serviceKeys)) return false
  const { image, command, args, env, expose, params } = service
  return (
    isText(image) &&
    image !== '' &&
    (command === undefined || command === null || isTexts(command)) &&
    (args === undefined || args === null || isTexts(args)) &&
    (env === undefined || env === null || isTexts(env)) &&
    (expose === undefined || expose === null || isList(expose, isUsualExpose)) &&
    (params === undefined || isUsualParams(params))
  )
}

function isUsualExpose(expose: unknown): boolean {
  if (!isTree(expose) || !hasOnly(expose, exposeKeys)) return false
  const { port, as, proto, accept, to } = expose
  return (
    isPort(port) &&
    (as === undefined || isPort(as)) &&
    (proto === undefined || proto === 'tcp' || proto === 'TCP' || proto === 'udp' || proto === 'UDP') &&
    (accept === undefined || isTexts(accept)) &&
    (to === undefined || isList(to, isUsualTarget))
  )
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535
}

function isUsualTarget(target: unknown): boolean {
  return (
    isTree(target) &&
    hasOnly(target, targetKeys) &&
    (target.global === undefined || typeof target.global === 'boolean') &&
    (target.service === undefined || isText(target.service))
  )
}

function isUsualParams(params: unknown): boolean {
  return isTree(params) && hasOnly(params, paramsKeys) && isMap(params.storage, isUsualMount)
}

function isUsualMount(item: unknown): boolean {
  return (
    isTree(item) &&
    hasOnly(item, mountKeys) &&
    isText(item.mount) &&
    item.mount.startsWith('/') &&
    (item.readOnly === undefined || typeof item.readOnly === 'boolean')
  )
}

function isUsualProfiles(profiles: unknown): boolean {
  return (
    isTree(profiles) &&
    hasOnly(profiles, profilesKeys) &&
    isMap(profiles.compute, isUsualCompute) &&
    isMap(profiles.placement, isUsualPlacement)
  )
}

function isUsualCompute(profile: unknown): boolean {
  if (!isTree(profile) || !hasOnly(profile, computeKeys)) return false
  const { resources } = profile
  if (!isTree(resources) || !hasOnly(resources, resourcesKeys)) return false
  const { cpu, memory, storage, gpu } = resources
  return (
    isTree(cpu) &&
    hasOnly(cpu, unitsKeys) &&
    isPositive(plainOf(cpu.units)) &&
    isTree(memory) &&
    hasOnly(memory, sizeKeys) &&
    isSize(memory.size) &&
    (isUsualVolume(storage) || isList(storage, isUsualVolume)) &&
    (gpu === undefined || isUsualGpu(gpu))
  )
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY
}

function isSize(size: unknown): boolean {
  return isText(size) && /^[\d.]+[a-zA-Z]+$/.test(size)
}

function isUsualVolume(volume: unknown): boolean {
  return (
    isTree(volume) &&
    hasOnly(volume, volumeKeys) &&
    (volume.name === undefined || isText(volume.name)) &&
    isSize(volume.size) &&
    (volume.attributes === undefined || isUsualKind(volume.attributes))
  )
}

function isUsualKind(attributes: unknown): boolean {
  if (!isTree(attributes) || !hasOnly(attributes, volumeAttributeKeys)) return false
  const { class: kind, persistent } = attributes
  return kind === 'ram' ? persistent === false : isText(kind) && persistent === true
}

function isUsualGpu(gpu: unknown): boolean {
  if (!isTree(gpu) || !hasOnly(gpu, gpuKeys)) return false
  const { units, attributes } = gpu
  if (units === 0) return attributes === undefined
  return (
    isPositive(units) &&
    isTree(attributes) &&
    hasOnly(attributes, gpuAttributeKeys) &&
    isTree(attributes.vendor) &&
    hasOnly(attributes.vendor, vendorKeys) &&
    (attributes.vendor.nvidia === null || isList(attributes.vendor.nvidia, isUsualModel))
  )
}

function isUsualModel(item: unknown): boolean {
  return (
    isTree(item) &&
    hasOnly(item, modelKeys) &&
    (item.model === undefined || isText(item.model)) &&
    (item.ram === undefined || isText(item.ram))
  )
}

function isUsualPlacement(placement: unknown): boolean {
  return (
    isTree(placement) &&
    hasOnly(placement, placementKeys) &&
    (placement.attributes === undefined || isTree(placement.attributes)) &&
    (placement.signedBy === undefined || isUsualSignedBy(placement.signedBy)) &&
    isMap(placement.pricing, isUsualPrice)
  )
}

function isUsualSignedBy(signedBy: unknown): boolean {
  return (
    isTree(signedBy) &&
    hasOnly(signedBy, signedByKeys) &&
    (signedBy.allOf === undefined || isTexts(signedBy.allOf)) &&
    (signedBy.anyOf === undefined || isTexts(signedBy.anyOf))
  )
}

function isUsualPrice(price: unknown): boolean {
  return (
    isTree(price) &&
    hasOnly(price, priceKeys) &&
    (price.denom === 'uact' || price.denom === 'uakt') &&
    isPositive(plainOf(price.amount))
  )
}

/** Whether each persistent volume is mounted, and none by the name that a volume without one has to a provider alone. */
function mountsAll({ deployment, services, compute }: Sdl): boolean {
  for (const [name, placements] of deployment) {
    for (const { profile } of placements.values()) {
      if (!mountsEach(services.get(name), compute.get(profile)?.resources?.storage ?? [])) return false
    }
  }
  return true
}

function mountsEach(service: SdlService | undefined, volumes: readonly SdlVolume[]): boolean {
  const mounts = service?.params?.storage
  if (mounts?.has('default')) return false
  return volumes.every((volume) => !isPersistent(volume) || mounts?.has(volume.name))
}
