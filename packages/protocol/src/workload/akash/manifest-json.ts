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
  return `{"name":${text(name)},"services":${list(services, serviceJson)}}`
}

function serviceJson(service: ManifestService): string {
  const { args, command, count, credentials, env, expose, image, name, params, resources } = service
  return `{"args":${texts(args)},"command":${texts(command)},"count":${count},"credentials":${credentialsJson(
    credentials,
  )},"env":${texts(env)},"expose":${list(expose, exposeJson)},"image":${text(image)},"name":${text(name)},${
    params === undefined ? '' : `"params":${paramsJson(params)},`
  }"resources":${resourcesJson(resources)}}`
}

function credentialsJson(credentials: ManifestService['credentials']): string {
  if (credentials === null) return 'null'
  const { email, host, password, username } = credentials
  return `{"email":${text(email)},"host":${text(host)},"password":${text(password)},"username":${text(username)}}`
}

function exposeJson(expose: ManifestExpose): string {
  const { endpointSequenceNumber, externalPort, global, hosts, httpOptions, ip, port, proto, service } =
    expose
  return `{"endpointSequenceNumber":${endpointSequenceNumber},"externalPort":${externalPort},"global":${
    global
  },"hosts":${texts(hosts)},"httpOptions":${httpOptionsJson(httpOptions)},"ip":${text(ip)},"port":${
    port
  },"proto":${text(proto)},"service":${text(service)}}`
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
  }${tee === undefined ? '' : `,"tee":{"attestation":${tee.attestation},"type":${text(tee.type)}}`}}`
}

function mountJson({ mount, name, readOnly }: { mount: string; name: string; readOnly: boolean }): string {
  return `{"mount":${text(mount)},"name":${text(name)},"readOnly":${readOnly}}`
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
  return `{${attributesJson(attributes)}"name":${text(name)},"size":${valueJson(size)}}`
}

function attributesJson(attributes: readonly Attribute[] | undefined): string {
  return attributes === undefined ? '' : `"attributes":${list(attributes, attributeJson)},`
}

function attributeJson({ key, value }: Attribute): string {
  return `{"key":${text(key)},"value":${text(value)}}`
}

function endpointJson({ kind, sequence_number: sequence }: AkashEndpoint): string {
  return `{${kind === undefined ? '' : `"kind":${kind},`}"sequence_number":${sequence}}`
}

function valueJson({ val }: ResourceValue): string {
  return `{"val":"${val}"}`
}

function texts(items: readonly string[] | null): string {
  return items === null ? 'null' : list(items, text)
}

function list<Item>(items: readonly Item[], write: (item: Item) => string): string {
  let json = '['
  for (let index = 0; index < items.length; index += 1)
    json += index === 0 ? write(items[index] as Item) : `,${write(items[index] as Item)}`
  return `${json}]`
}

const special = /["\\<>&\p{Cc}\p{Cs}\u2028\u2029]/u

function text(value: string): string {
  return special.test(value) ? JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped) : `"${value}"`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
