/** The address without its token, which by now is in the cookie and should not stay where people copy from. */
export function withoutToken(address: string): string {
  const url = new URL(address)
  url.searchParams.delete('token')
  return `${url.pathname}${url.search}${url.hash}`
}
