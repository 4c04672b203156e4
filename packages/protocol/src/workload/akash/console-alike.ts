import { own } from '../source/records.ts'
import { plainOf } from '../source/scalar.ts'
import { compareLocally, keepsOrder } from './console-hash.ts'
import type { AkashFile } from './console-schema.ts'
import type { AkashDeployment, ManifestService } from './manifest.ts'
import type { Attribute, Sdl, SdlResources, SdlVolume } from './sdl.ts'

type FileService = AkashFile['services'][string]
type FileResources = AkashFile['profiles']['compute'][string]['resources']
type FileVolume = Exclude<FileResources['storage'], readonly unknown[]>

/**
 * Whether Akash's console surely computes the hash that a provider does of a file that it surely takes
 * (`consoleSurelyTakes`), and so `warnOfConsoleHash` would say nothing. Whatever would take longer to tell is no.
 */
export function consoleSurelyHashesAlike(
  file: AkashFile,
  text: string,
  sdl: Sdl,
  { manifest }: AkashDeployment,
): boolean {
  if (mayHoldLineSeparators(text) || !numbersUnitsAlike(sdl)) return false
  for (const group of manifest) {
    for (const ours of group.services) {
      const service = own(file.services, ours.name)
      const profile = sdl.deployment.get(ours.name)?.get(group.name)?.profile ?? ''
      const resources = own(file.profiles.compute, profile)?.resources
      const known = sdl.compute.get(profile)?.resources
      if (service === undefined || resources === undefined || known === undefined) return false
      if (!isServiceAlike(service, ours) || !areResourcesAlike(resources, known)) return false
    }
  }
  return true
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

function isServiceAlike(file: FileService, ours: ManifestService): boolean {
  const { command, args, env, expose } = file
  // The console takes an empty list for none, and a provider none for an empty list.
  if (command?.length === 0 || args?.length === 0 || env?.length === 0) return false
  for (const { to = [], accept } of expose ?? []) if (to.length === 0 || accept?.length === 0) return false
  return keepsOrder(file, ours.expose) || sortsAlike(ours)
}

/** Ports that name no service sort alike in any language, and endpoints of one kind are in one order. */
function sortsAlike({ expose, resources: { endpoints } }: ManifestService): boolean {
  return (
    expose.every(({ service }) => service === '') &&
    endpoints.every(({ kind }) => kind === endpoints[0]?.kind)
  )
}

function areResourcesAlike({ cpu, memory, storage, gpu }: FileResources, ours: SdlResources): boolean {
  return (
    Number(plainOf(cpu.units)) * 1000 === ours.cpu?.units &&
    isPlainSize(memory.size) &&
    (Array.isArray(storage)
      ? storage.every((volume, index) => isVolumeAlike(volume, ours.storage?.[index]))
      : isVolumeAlike(storage, ours.storage?.[0])) &&
    (gpu === undefined || isGpuAlike(gpu, ours.gpu))
  )
}

/** Digits and a unit in its usual spelling: of fractions one rounds up and the other down. */
function isPlainSize(size: string): boolean {
  return /^\d+(?:[MGT]i?|k|Ki)$/.test(size)
}

/** As volumes have names of their own, one at its place says that none was moved. */
function isVolumeAlike(
  { name = 'default', size, attributes }: FileVolume,
  ours: SdlVolume | undefined,
): boolean {
  return name === ours?.name && isPlainSize(size) && attributes?.class !== ''
}

/** The console keeps models as they are written; a provider sorts them and rounds what memory they have. */
function isGpuAlike(
  { units, attributes }: NonNullable<FileResources['gpu']>,
  ours: SdlResources['gpu'],
): boolean {
  if (ours === undefined || units !== ours.units) return false
  const models = attributes?.vendor?.nvidia
  if (models === undefined || models === null) return true
  return models.length > 0 && models.every((model, index) => isModelAlike(model, ours.attributes[index]))
}

type FileModel = { model?: string | undefined; ram?: string | undefined }

function isModelAlike({ model = '', ram = '' }: FileModel, ours: Attribute | undefined): boolean {
  return model !== '' && ours?.key === `vendor/nvidia/model/${model}${ram === '' ? '' : `/ram/${ram}`}`
}
