/**
 * What `ldd` prints, as the files that the program needs: the libraries that were found and the loader. Lines without
 * a path (the kernel's own vdso) need none.
 */
export function librariesIn(lddOutput: string): string[] {
  const paths = lddOutput.split('\n').flatMap((line) => {
    const found = /=>\s+(\/\S+)/.exec(line) ?? /^\s*(\/\S+)\s+\(0x/.exec(line)
    return found?.[1] === undefined ? [] : [found[1]]
  })
  return [...new Set(paths)]
}
