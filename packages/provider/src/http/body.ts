import { SubletError } from '@sublet/protocol'
import type { z } from 'zod'

/** A manifest carries files and secrets; nothing that belongs into it is larger. */
const mostBodyBytes = 4 * 1024 * 1024

/** Reads a small body whole. Throws `request.too-large`. */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > mostBodyBytes) {
      throw new SubletError('request.too-large', `The body is larger than ${mostBodyBytes} bytes.`, {
        hint: 'Put large files into the image or a volume.',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Decodes JSON by its schema. Throws `request.invalid` that names the first fields that are wrong. */
export function parseJson<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SubletError('request.invalid', 'The body is no JSON.', { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`)
  throw new SubletError('request.invalid', `The body has problems: ${problems.join('; ')}.`, {
    cause: parsed.error,
  })
}

/** Decodes a query by its schema. Throws `request.invalid` that names the first field that is wrong. */
export function parseQuery<S extends z.ZodType>(schema: S, search: URLSearchParams): z.output<S> {
  const parsed = schema.safeParse(Object.fromEntries(search))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new SubletError(
    'request.invalid',
    `The query's ${issue?.path.join('.')} is wrong: ${issue?.message}.`,
  )
}
