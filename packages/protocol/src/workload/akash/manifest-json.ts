import type {
  AkashEndpoint,
  AkashManifest,
  AkashResources,
  ManifestExpose,
  ManifestGroup,
  ManifestParams,
  ManifestService,
  ResourceValue,
} from './manifest.ts'
import type { Attribute } from './sdl.ts'

/**
 * A manifest as Akash's Go code writes it: keys sorted, no blanks, and `<`, `>`, `&`, U+2028 and U+2029 escaped. Written
 * key by key, so that the order is seen here and does not hang on how the manifest was made.
 */
export function manifestJson(manifest: AkashManifest): string {
  return list(manifest, groupJson)
}

function groupJson({ name, services }: ManifestGroup): string {
  return `{"name":"${content(name)}","services":${list(services, serviceJson)}}`
}

function serviceJson(service: ManifestService): string {
  const { args, command, count, credentials, env, expose, image, name, params, resources } = service
  return `{"args":${texts(args)},"command":${texts(command)},"count":${count},"credentials":${credentialsJson(
    credentials,
  )},"env":${texts(env)},"expose":${list(expose, exposeJson)},"image":"${content(image)}","name":"${content(name)}",${
    params === undefined ? '' : `"params":${paramsJson(params)},`
  }"resources":${resourcesJson(resources)}}`
}

function credentialsJson(credentials: ManifestService['credentials']): string {
  if (credentials === null) return 'null'
  const { email, host, password, username } = credentials
  return `{"email":"${content(email)}","host":"${content(host)}","password":"${content(password)}","username":"${content(username)}"}`
}

function exposeJson(expose: ManifestExpose): string {
  const { endpointSequenceNumber, externalPort, global, hosts, httpOptions, ip, port, proto, service } =
    expose
  return `{"endpointSequenceNumber":${endpointSequenceNumber},"externalPort":${externalPort},"global":${
    global
  },"hosts":${texts(hosts)},"httpOptions":${httpOptionsJson(httpOptions)},"ip":"${content(ip)}","port":${
    port
  },"proto":"${content(proto)}","service":"${content(service)}"}`
}

function httpOptionsJson(options: ManifestExpose['httpOptions']): string {
  const { maxBodySize, nextCases, nextTimeout, nextTries, proxyBufferSize, readTimeout, sendTimeout } =
    options
  return `{"maxBodySize":${maxBodySize},"nextCases":${texts(nextCases)},"nextTimeout":${
    nextTimeout
  },"nextTries":${nextTries},${
    proxyBufferSize === undefined ? '' : `"proxyBufferSize":${proxyBufferSize},`
  }"readTimeout":${readTimeout},"sendTimeout":${sendTimeout}}`
}

function paramsJson({ permissions, storage, tee }: ManifestParams): string {
  const read = permissions?.read === undefined ? '' : `"read":${texts(permissions.read)}`
  return `{${permissions === undefined ? '' : `"permissions":{${read}},`}"storage":${
    storage === null ? 'null' : list(storage, mountJson)
  }${tee === undefined ? '' : `,"tee":{"attestation":${tee.attestation},"type":"${content(tee.type)}"}`}}`
}

function mountJson({ mount, name, readOnly }: { mount: string; name: string; readOnly: boolean }): string {
  return `{"mount":"${content(mount)}","name":"${content(name)}","readOnly":${readOnly}}`
}

function resourcesJson({ cpu, endpoints, gpu, id, memory, storage }: AkashResources): string {
  return `{"cpu":${unitsJson(cpu)},"endpoints":${list(endpoints, endpointJson)},"gpu":${unitsJson(
    gpu,
  )},"id":${id},"memory":{"size":${valueJson(memory.size)}},"storage":${list(storage, volumeJson)}}`
}

function unitsJson({ attributes, units }: AkashResources['cpu']): string {
  return `{${attributesJson(attributes)}"units":${valueJson(units)}}`
}

function volumeJson({ attributes, name, size }: AkashResources['storage'][number]): string {
  return `{${attributesJson(attributes)}"name":"${content(name)}","size":${valueJson(size)}}`
}

function attributesJson(attributes: readonly Attribute[] | undefined): string {
  return attributes === undefined ? '' : `"attributes":${list(attributes, attributeJson)},`
}

function attributeJson({ key, value }: Attribute): string {
  return `{"key":"${content(key)}","value":"${content(value)}"}`
}

function endpointJson({ kind, sequence_number: sequence }: AkashEndpoint): string {
  return `{${kind === undefined ? '' : `"kind":${kind},`}"sequence_number":${sequence}}`
}

function valueJson({ val }: ResourceValue): string {
  return `{"val":"${val}"}`
}

function texts(items: readonly string[] | null): string {
  if (items === null) return 'null'
  if (items.length === 0) return '[]'
  let json = `["${content(items[0] ?? '')}`
  for (let index = 1; index < items.length; index += 1) json += `","${content(items[index] ?? '')}`
  return `${json}"]`
}

function list<Item>(items: readonly Item[], write: (item: Item) => string): string {
  let json = '['
  for (let index = 0; index < items.length; index += 1)
    json += index === 0 ? write(items[index] as Item) : `,${write(items[index] as Item)}`
  return `${json}]`
}

const special = /["\\<>&\p{Cc}\p{Cs}\u2028\u2029]/u

/**
 * What stands between the quotes of a text. The quotes themselves are part of what is written around it: of each piece
 * that is joined less, the engine has less to put together before the whole can be hashed.
 */
function content(value: string): string {
  return special.test(value)
    ? JSON.stringify(value)
        .slice(1, -1)
        .replace(/[<>&\u2028\u2029]/g, escaped)
    : value
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
