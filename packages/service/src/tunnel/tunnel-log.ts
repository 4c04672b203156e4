type Write = (facts: Record<string, unknown>, message: string) => void

/** What the tunnel needs of a log; pino's loggers have it. */
export interface TunnelLog {
  debug: Write
  info: Write
  warn: Write
}
