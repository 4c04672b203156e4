import { type At, inside, pathOf } from '../source/at.ts'
import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import { compareText, isTree, type Tree } from '../source/records.ts'
import { parseSdlVersion } from './akash-version.ts'
import { decodeResources } from './decode-resources.ts'
import {
  goBool,
  goMap,
  goString,
  goStrings,
  goTexts,
  goTree,
  goTrees,
  goUint32,
  nodeText,
  wrongType,
} from './go-decode.ts'
import { formatDecimal, parseDecimal, parseGoDuration } from './go-number.ts'
import {
  noHttpOptions,
  type Sdl,
  type SdlExpose,
  type SdlHttpOptions,
  type SdlParams,
  type SdlPlacement,
  type SdlPrice,
  type SdlService,
} from './sdl.ts'

const topKeys = ['version', 'services', 'profiles', 'deployment', 'endpoints', 'include', 'reclamation']

/** Decodes a file as Akash's parser does; undefined where it is no mapping. */
export function decodeSdl(findings: Findings, tree: unknown): Sdl | undefined {
  const isVersioned = isTree(tree) && Object.hasOwn(tree, 'version')
  if (!isVersioned) {
    findings.error(['version'], 'akash.version', 'The file has no version.', {
      at: 'key',
      mend: 'add `version: "2.0"` at the top',
    })
  }
  if (!isTree(tree)) return undefined
  const version = parseSdlVersion(nodeText(tree.version))
  if (isVersioned && version === undefined) {
    findings.error(['version'], 'akash.version', `There is no SDL version \`${nodeText(tree.version)}\`.`, {
      expected: '"2.0" or "2.1"',
    })
  }
  for (const key of Object.keys(tree)) {
    if (topKeys.includes(key)) continue
    const meant = nearestWord(key, topKeys)
    findings.error([key], 'akash.unknown-key', `There is no key \`${key}\` at the top of an SDL file.`, {
      at: 'key',
      ...(meant === undefined
        ? { expected: `one of ${topKeys.join(', ')}` }
        : { mend: `write \`${meant}\`` }),
    })
  }
  goStrings(findings, undefined, tree, 'include')
  const profiles = goTree(findings, undefined, tree, 'profiles') ?? {}
  const profilesAt = inside(undefined, 'profiles')
  return {
    // Of a file without one that is known, the rest is read as if it were the usual.
    version: version ?? '2.0',
    services: goMap(findings, undefined, tree, 'services', (item, at) => decodeService(findings, at, item)),
    compute: goMap(findings, profilesAt, profiles, 'compute', (item, at) => {
      const resources = goTree(findings, at, item, 'resources')
      return {
        resources:
          resources === undefined ? undefined : decodeResources(findings, inside(at, 'resources'), resources),
      }
    }),
    placement: goMap(findings, profilesAt, profiles, 'placement', (item, at) =>
      decodePlacement(findings, at, item),
    ),
    deployment: decodeDeployment(findings, tree),
    endpoints: goMap(findings, undefined, tree, 'endpoints', (item, at) =>
      goString(findings, at, item, 'kind'),
    ),
    reclaimWindowMs: decodeReclamation(findings, tree),
  }
}

function decodeDeployment(findings: Findings, tree: Tree): Sdl['deployment'] {
  const services = goTree(findings, undefined, tree, 'deployment')
  const deployment: Sdl['deployment'] = new Map()
  const at = inside(undefined, 'deployment')
  for (const name of Object.keys(services ?? {})) {
    const placements = goMap(findings, at, services ?? {}, name, (item, itemAt) => ({
      profile: goString(findings, itemAt, item, 'profile'),
      count: goUint32(findings, itemAt, item, 'count'),
    }))
    deployment.set(name, placements)
  }
  return deployment
}

function decodeService(findings: Findings, at: At, tree: Tree): SdlService {
  // Decoded for its types and never used, as in Akash.
  if (tree.dependencies !== undefined)
    goTrees(findings, at, tree, 'dependencies', (item, itemAt) => goString(findings, itemAt, item, 'service'))
  const params = goTree(findings, at, tree, 'params')
  const credentials = goTree(findings, at, tree, 'credentials')
  const credentialsAt = inside(at, 'credentials')
  return {
    image: goString(findings, at, tree, 'image'),
    command: goStrings(findings, at, tree, 'command'),
    args: goStrings(findings, at, tree, 'args'),
    env: goStrings(findings, at, tree, 'env'),
    expose: goTrees(findings, at, tree, 'expose', (item, itemAt) => decodeExpose(findings, itemAt, item)),
    params: params === undefined ? undefined : decodeParams(findings, inside(at, 'params'), params),
    credentials:
      credentials === undefined
        ? undefined
        : {
            host: goString(findings, credentialsAt, credentials, 'host'),
            email: goString(findings, credentialsAt, credentials, 'email'),
            username: goString(findings, credentialsAt, credentials, 'username'),
            password: goString(findings, credentialsAt, credentials, 'password'),
          },
  }
}

function decodeParams(findings: Findings, at: At, tree: Tree): SdlParams {
  const permissions = goTree(findings, at, tree, 'permissions')
  return {
    storage: goMap(findings, at, tree, 'storage', (item, itemAt) => ({
      mount: goString(findings, itemAt, item, 'mount'),
      readOnly: goBool(findings, itemAt, item, 'readOnly'),
    })),
    permissions:
      permissions === undefined
        ? undefined
        : { read: goStrings(findings, inside(at, 'permissions'), permissions, 'read') },
    tee: goString(findings, at, tree, 'tee'),
  }
}

function decodeExpose(findings: Findings, at: At, tree: Tree): SdlExpose {
  return {
    port: goUint32(findings, at, tree, 'port'),
    as: goUint32(findings, at, tree, 'as'),
    proto: goString(findings, at, tree, 'proto'),
    to: goTrees(findings, at, tree, 'to', (item, itemAt) => {
      // Decoded for its types and never used, as in Akash.
      if (item.http_options !== undefined) decodeHttpOptions(findings, itemAt, item)
      return {
        service: goString(findings, itemAt, item, 'service'),
        global: goBool(findings, itemAt, item, 'global'),
        ip: goString(findings, itemAt, item, 'ip'),
      }
    }),
    accept: decodeAccept(findings, at, tree),
    httpOptions: decodeHttpOptions(findings, at, tree),
  }
}

function decodeHttpOptions(findings: Findings, up: At, tree: Tree): SdlHttpOptions {
  const options = goTree(findings, up, tree, 'http_options')
  if (options === undefined) return noHttpOptions
  const at = inside(up, 'http_options')
  return {
    maxBodySize: goUint32(findings, at, options, 'max_body_size'),
    proxyBufferSize: goUint32(findings, at, options, 'proxy_buffer_size'),
    readTimeout: goUint32(findings, at, options, 'read_timeout'),
    sendTimeout: goUint32(findings, at, options, 'send_timeout'),
    nextTries: goUint32(findings, at, options, 'next_tries'),
    nextTimeout: goUint32(findings, at, options, 'next_timeout'),
    nextCases: goStrings(findings, at, options, 'next_cases'),
  }
}

/** What Go's URL parser refuses in a host, as far as host names can show it. */
const noHost = /[\s\\^`{|}\p{Cc}]|%(?![0-9a-fA-F]{2})|:(?!\d*$)/u

function decodeAccept(findings: Findings, up: At, tree: Tree): string[] | null {
  const hosts = goStrings(findings, up, tree, 'accept')
  if (hosts === null) return null
  for (const [index, host] of hosts.entries()) {
    const authority = host.split(/[/?#]/)[0] ?? ''
    if (!noHost.test(authority)) continue
    findings.error(
      [...pathOf(inside(up, 'accept')), index],
      'akash.host',
      `\`${host}\` is not a host name.`,
      {
        expected: 'a host name such as app.example.com',
      },
    )
  }
  return hosts
}

function decodePlacement(findings: Findings, at: At, tree: Tree): SdlPlacement {
  const attributes = goTexts(findings, at, tree, 'attributes') ?? []
  return {
    attributes: attributes.map(([key, value]) => ({ key, value })).sort((a, b) => compareText(a.key, b.key)),
    signedBy: decodeSignedBy(findings, at, tree),
    pricing: decodePricing(findings, at, tree),
  }
}

function decodeSignedBy(findings: Findings, up: At, tree: Tree): SdlPlacement['signedBy'] {
  const signedBy = goTree(findings, up, tree, 'signedBy')
  if (signedBy === undefined) return { anyOf: null, allOf: null }
  const at = inside(up, 'signedBy')
  return {
    anyOf: goStrings(findings, at, signedBy, 'anyOf'),
    allOf: goStrings(findings, at, signedBy, 'allOf'),
  }
}

function decodePricing(findings: Findings, up: At, tree: Tree): SdlPlacement['pricing'] {
  const prices = goTree(findings, up, tree, 'pricing') ?? {}
  const pricing: SdlPlacement['pricing'] = new Map()
  const at = inside(up, 'pricing')
  for (const name of Object.keys(prices)) {
    const price = prices[name]
    const priceAt = inside(at, name)
    if (isTree(price)) pricing.set(name, decodePrice(findings, priceAt, price))
    else if (price === null) pricing.set(name, undefined)
    else wrongType(findings, priceAt, 'a mapping', 'write `{denom: uact, amount: 1000}`')
  }
  return pricing
}

const denomination = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/

function decodePrice(findings: Findings, at: At, tree: Tree): SdlPrice | undefined {
  const text = goString(findings, at, tree, 'amount')
  const amount = parseDecimal(text)
  if (typeof amount === 'string') {
    findings.error(pathOf(inside(at, 'amount')), 'akash.amount', `The amount ${amount}.`, {
      expected: 'a decimal number such as 1000 or 0.5',
    })
  } else if (amount === 0n) {
    findings.error(pathOf(inside(at, 'amount')), 'akash.amount', 'The amount is zero.', {
      expected: 'more than zero',
    })
  } else if (amount < 0n) {
    findings.error(
      pathOf(inside(at, 'amount')),
      'akash.amount',
      `The amount ${formatDecimal(-amount)} is negative.`,
      {
        expected: 'more than zero',
      },
    )
  }
  const denom = goString(findings, at, tree, 'denom')
  if (!denomination.test(denom)) {
    // Akash's own parser panics here.
    findings.error(
      pathOf(inside(at, 'denom')),
      'akash.denom',
      denom === '' ? 'The price has no denomination.' : `\`${denom}\` is no denomination.`,
      {
        at: denom === '' ? 'key' : 'value',
        mend: 'write `denom: uact`',
      },
    )
  }
  return typeof amount === 'string' ? undefined : { denom, amount }
}

function decodeReclamation(findings: Findings, tree: Tree): number | undefined {
  if (tree.reclamation === undefined) return undefined
  const at = inside(undefined, 'reclamation')
  const text = goString(findings, at, goTree(findings, undefined, tree, 'reclamation') ?? {}, 'min_window')
  const window = parseGoDuration(text)
  if (window === undefined || window <= 0) {
    findings.error(
      ['reclamation', 'min_window'],
      'akash.reclamation',
      `\`${text}\` is no length of notice.`,
      {
        expected: 'a number above zero with s, m or h, such as 24h',
      },
    )
    return undefined
  }
  return window
}
