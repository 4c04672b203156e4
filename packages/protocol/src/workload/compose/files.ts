import { holdsSecret, isSecretName } from '../looks-secret.ts'
import type { Path } from '../source/places.ts'
import { compareText, isTree, own } from '../source/records.ts'
import type { Service } from '../workload.ts'
import type { ComposeSource } from './compose-schema.ts'
import { composeFlag } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposeFileUse, ComposeService } from './service-schema.ts'

type File = Service['files'][number]
type Content = { content: string } | { secret: string }

/** Longest file that travels with a manifest, in characters. */
const maxContent = 512 * 1024
/** Of configs and secrets alike: whoever the image runs as may read them. */
const usualMode = 0o444

/** Configs and secrets of a service, as small files that the sealed manifest carries. */
export function mapFiles(service: ComposeService, path: Path, scope: Scope): File[] {
  const files = new Map<string, File>()
  for (const kind of ['configs', 'secrets'] as const) {
    for (const [index, use] of (service[kind] ?? []).entries()) {
      const at = [...path, kind, index]
      const file = mapFile(use, kind, at, scope)
      if (file === undefined) continue
      if (files.has(file.path))
        scope.findings.error(at, 'compose.file-twice', `Two files are put at \`${file.path}\`.`, {
          mend: 'give one of them another `target`',
        })
      files.set(file.path, file)
    }
  }
  return [...files.values()].sort((a, b) => compareText(a.path, b.path))
}

function mapFile(use: ComposeFileUse, kind: 'configs' | 'secrets', at: Path, scope: Scope): File | undefined {
  const { source, target, mode, uid, gid } =
    typeof use === 'string'
      ? { source: use, target: undefined, mode: undefined, uid: undefined, gid: undefined }
      : use
  const declared = own(scope.file[kind] ?? {}, source)
  const one = kind === 'configs' ? 'config' : 'secret'
  if (declared === undefined) {
    scope.findings.error(
      at,
      'compose.unknown-file',
      `The ${one} \`${source.slice(0, 80)}\` is not declared.`,
      {
        mend: `add \`${source.slice(0, 80)}: {file: ./path}\` under \`${kind}:\` at the top level`,
      },
    )
    return undefined
  }
  const content =
    kind === 'configs' ? configContent(source, declared, scope) : secretContent(source, declared, scope)
  if (content === undefined) return undefined
  if ('content' in content && content.content.length > maxContent) {
    scope.findings.error(
      [kind, source],
      'compose.file-too-long',
      `The ${one} \`${source}\` is longer than 512 KiB.`,
      {
        mend: 'build it into the image, or fetch it',
      },
    )
  }
  for (const [key, id] of [
    ['uid', uid],
    ['gid', gid],
  ] as const) {
    if (id === undefined || id === '0') continue
    scope.findings.warn(
      [...at, key],
      'compose.ignored',
      `\`${key}\` has no effect: the file belongs to the container's root.`,
      { at: 'key', mend: 'leave it out, and let others read it with `mode: "0444"`' },
    )
  }
  const bits = modeOf(mode)
  if (bits === undefined) {
    scope.findings.error([...at, 'mode'], 'compose.file-mode', 'This is no file mode.', {
      expected: 'octal digits such as "0440"',
    })
  }
  return { path: pathOf(source, target, kind), mode: bits ?? usualMode, ...content }
}

function pathOf(source: string, target: string | undefined, kind: 'configs' | 'secrets'): string {
  const folder = kind === 'configs' ? '/' : '/run/secrets/'
  if (target === undefined) return `${folder}${source}`
  return target.startsWith('/') ? target : `${folder}${target}`
}

/** YAML 1.2 reads `0440` as the decimal 440, which nobody means. */
function modeOf(mode: string | number | undefined): number | undefined {
  if (mode === undefined) return usualMode
  const digits = /^(?:0o)?([0-7]{3,4})$/.exec(String(mode))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 8) & 0o777
}

function configContent(name: string, source: ComposeSource, scope: Scope): Content | undefined {
  const at = ['configs', name]
  if (source.content !== undefined)
    return contentOrName(name, source.content, scope.filledBy([...at, 'content']), scope)
  if (source.environment !== undefined) {
    const value = own(scope.env, source.environment)
    if (value !== undefined) return contentOrName(source.environment, value, [source.environment], scope)
    scope.findings.error(
      [...at, 'environment'],
      'compose.required-variable',
      `The variable \`${source.environment}\` is not set.`,
      {
        mend: `set ${source.environment}`,
      },
    )
    return undefined
  }
  if (source.file !== undefined) {
    const content = fileNamed(source.file, scope)
    if (content !== undefined) return contentOrName(name, content, [], scope)
    scope.findings.error(
      [...at, 'file'],
      'compose.file-missing',
      `The file \`${source.file.slice(0, 80)}\` was not given.`,
      {
        mend: 'keep it beside the Compose file, or write its text under `content`',
      },
    )
    return undefined
  }
  const external = isTree(source.external) || composeFlag(source.external ?? false) === true
  scope.findings.error(at, 'compose.external', `The config \`${name}\` has no content here.`, {
    at: 'key',
    mend: external ? 'write `content` or `file` in place of `external`' : 'add `content` or `file`',
  })
  return undefined
}

/** A config from outside the file that turns out to be a secret is referred to by name where that is wanted. */
function contentOrName(
  name: string,
  content: string,
  variables: readonly string[] | undefined,
  { secretsByName }: Scope,
): Content {
  if (!secretsByName || variables === undefined) return { content }
  return holdsSecret(content) || variables.some(isSecretName) ? { secret: name } : { content }
}

/** A secret without its content here is named in the normal form, and its value is given when deploying. */
function secretContent(name: string, source: ComposeSource, scope: Scope): Content | undefined {
  if (source.content !== undefined) {
    const isFilled = (scope.filledBy(['secrets', name, 'content']) ?? []).length > 0
    return scope.secretsByName && isFilled ? { secret: name } : { content: source.content }
  }
  if (source.environment !== undefined) {
    const value = own(scope.env, source.environment)
    return value === undefined || scope.secretsByName ? { secret: source.environment } : { content: value }
  }
  const content = source.file === undefined ? undefined : fileNamed(source.file, scope)
  return content === undefined || scope.secretsByName ? { secret: source.name ?? name } : { content }
}

/** A file of the given ones, with or without `./` before its name. */
export function fileNamed(name: string, { files }: Pick<Scope, 'files'>): string | undefined {
  return own(files, name) ?? own(files, name.replace(/^\.\//, '')) ?? own(files, `./${name}`)
}
