/** A mapping on its way to a file. */
export type Written = Record<string, unknown>

/** Leaves out what is undefined. */
export function present(written: Written): Written {
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
}

/** Nothing in place of an empty mapping. */
export function filled(written: Written): Written | undefined {
  return Object.keys(written).length === 0 ? undefined : written
}

/** Nothing in place of an empty list. */
export function listed<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list
}
