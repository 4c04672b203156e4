import pgModule from 'pg'

/** The driver, which is CommonJS with a default export only. */
export const pg = pgModule

/** Ends the name of every connection of this process, so that they can be told from other processes'. */
export const connectionMark = `(process ${process.pid})`
