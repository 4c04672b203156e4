/** Where a controller answers, and what lets one in. */
export interface ControllerPlace {
  url: string
  token: string
}

/** What a controller answers, of several lines the last. Throws with the whole answer where it is no. */
export async function askController<T>(
  { url, token }: ControllerPlace,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return JSON.parse(text.trim().split('\n').at(-1) ?? 'null') as T
}
