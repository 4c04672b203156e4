/** One JSON-RPC call. Throws when the node does not answer in time or answers with an error. */
export async function callRpc(rpcUrl: string, method: string, timeoutMs = 2_000): Promise<unknown> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const answer = (await response.json()) as { result?: unknown; error?: { message?: string } }
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message ?? 'error'}`)
  return answer.result
}

/** The chain's id, or undefined when nothing answers there. */
export async function chainIdAt(rpcUrl: string): Promise<number | undefined> {
  try {
    return Number(await callRpc(rpcUrl, 'eth_chainId'))
  } catch {
    return undefined
  }
}
