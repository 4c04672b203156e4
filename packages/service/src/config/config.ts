import { SubletError } from '@sublet/protocol'
import { z } from 'zod'
import { environmentName, flagName, fromText, type SettingType } from './setting.ts'

export interface ConfigSources {
  /** By setting, as the command line gave them; undefined ones count as absent. */
  flags?: Readonly<Record<string, unknown>> | undefined
  /** Usually `process.env`; `SUBLET_DATABASE_URL` is the setting `databaseUrl`. */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** A configuration file's content, and its path for messages. */
  file?: { path: string; values: Readonly<Record<string, unknown>> } | undefined
}

interface Found {
  value: unknown
  /** How a person would name it: `--port`, `SUBLET_PORT`, `port in sublet.json`. */
  named: string
}

function settingTypes(schema: z.ZodObject): Record<string, SettingType> {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.fromEntries(
    Object.entries(json.properties ?? {}).map(([name, property]) => [
      name,
      typeof property === 'object' && typeof property.type === 'string'
        ? (property.type as SettingType)
        : 'string',
    ]),
  )
}

function find(name: string, type: SettingType, { flags, env, file }: ConfigSources): Found | undefined {
  const flag = flags?.[name]
  if (flag !== undefined) {
    return { value: typeof flag === 'string' ? fromText(flag, type) : flag, named: flagName(name) }
  }
  const variable = environmentName(name)
  const text = env?.[variable]
  // An empty variable is how a shell says "not set".
  if (text !== undefined && text !== '') return { value: fromText(text, type), named: variable }
  const value = file?.values[name]
  return value === undefined ? undefined : { value, named: `${name} in ${file?.path}` }
}

/**
 * A daemon's settings from its flags, then the environment, then its file, then the schema's defaults. Texts of flags
 * and the environment become what the schema takes: numbers, booleans, comma-separated lists, JSON objects. Throws
 * `config.invalid` that names every bad setting, where it came from and what it may be.
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  sources: ConfigSources,
): z.output<Schema> {
  const types = settingTypes(schema)
  const found = new Map<string, Found>()
  for (const [name, type] of Object.entries(types)) {
    const one = find(name, type, sources)
    if (one !== undefined) found.set(name, one)
  }
  const unknown = Object.keys(sources.file?.values ?? {}).filter((name) => !(name in types))
  const result = schema.safeParse(Object.fromEntries([...found].map(([name, { value }]) => [name, value])))
  const problems = [
    ...(result.error?.issues ?? []).map((issue) => {
      const setting = String(issue.path[0] ?? '')
      const inside = issue.path.slice(1).join('.')
      const named = found.get(setting)?.named ?? `${flagName(setting)} (or ${environmentName(setting)})`
      const said = found.has(setting) ? issue.message : 'is missing'
      return { setting, message: `${named}${inside === '' ? '' : ` at ${inside}`}: ${said}` }
    }),
    ...unknown.map((setting) => ({
      setting,
      message: `${setting} in ${sources.file?.path}: there is no such setting`,
    })),
  ]
  if (result.success && problems.length === 0) return result.data
  throw new SubletError('config.invalid', `${problems.map(({ message }) => message).join('; ')}.`, {
    hint:
      unknown.length === 0
        ? 'Mend it there, or leave it out where a default will do.'
        : `Settings are: ${Object.keys(types).join(', ')}; each may be given in the configuration file or in the environment (${environmentName(Object.keys(types)[0] ?? '')}), some as a flag: --help.`,
    details: { problems },
  })
}
