/**
 * A name as it may be shown: up to where a value might begin. Who writes `PASSWORD: x` or `PASSWORD x` for `PASSWORD=x`
 * has put a secret where the name is looked for.
 */
export function shownName(written: string): string {
  return (/^[^:=\s]*/.exec(written)?.[0] ?? '').slice(0, 40)
}
