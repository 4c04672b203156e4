/** One piece of work that a person waits for. */
export interface Progress {
  update(message: string): void
  done(message: string): void
  failed(message: string): void
}
