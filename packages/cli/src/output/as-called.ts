/** Commands that a text names, as they are to be typed here: npm puts `sublet` on nobody's search path but its own. */
export function asCalled(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return env.npm_lifecycle_event === undefined ? text : text.replaceAll('`sublet ', '`npx sublet ')
}
