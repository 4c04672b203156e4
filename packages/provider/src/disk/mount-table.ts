/** One line of `/proc/self/mountinfo` (proc(5)). */
export interface Mount {
  place: string
  fileSystem: string
  /** The device, for file systems that have one. */
  source: string
  options: string[]
}

export function mountsIn(mountInfo: string): Mount[] {
  return mountInfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const place = before.split(' ')[4]
    const [fileSystem, source, superOptions] = after.split(' ')
    if (place === undefined || fileSystem === undefined || source === undefined) return []
    const own = before.split(' ')[5] ?? ''
    return [
      {
        place: unescaped(place),
        fileSystem,
        source: unescaped(source),
        options: `${own},${superOptions ?? ''}`.split(','),
      },
    ]
  })
}

/** The mount on which a path lies; of several on one place the last, which hides the others. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const covers = (place: string) => place === '/' || path === place || path.startsWith(`${place}/`)
  return mounts
    .filter(({ place }) => covers(place))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.place.length >= best.place.length ? mount : best),
      undefined,
    )
}

/** Spaces, tabs, line feeds and backslashes are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
