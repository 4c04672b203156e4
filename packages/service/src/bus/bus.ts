/** What travels: bytes as they are, anything else as JSON. */
export type Payload = Uint8Array | unknown

export interface BusMessage {
  subject: string
  bytes: Uint8Array
  /** The bytes read as JSON. Throws SyntaxError when they are none. */
  json(): unknown
}

export interface Subscription {
  /** Resolves when the handler has ended; it is not called again. A handler that stops itself must not wait for it. */
  stop(): Promise<void>
}

/**
 * Messages by subject and a small shared cache. Subjects are words joined by dots, such as `ask.eu-west.rtx4090`; in a pattern `*` stands for
 * one word and a last `>` for one or more.
 */
export interface Bus {
  /** To whoever listens now; nobody hears it later. One publisher's messages arrive in their order. */
  publish(subject: string, payload: Payload): Promise<void>
  /**
   * Listens from the moment that this resolves. The handler is called for one message at a time; what it throws is
   * logged. Of the subscriptions with the same `group`, one hears each message.
   */
  subscribe(
    pattern: string,
    handler: (message: BusMessage) => unknown,
    options?: { group?: string | undefined },
  ): Promise<Subscription>
  /** A bucket of values by key. `ttlMs` after its last write a value is gone; who opens a bucket first decides. */
  kv(bucket: string, options?: { ttlMs?: number | undefined }): Promise<KeyValue>
  /** For `/readyz`: throws `bus.unreachable`. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface KvEntry {
  key: string
  bytes: Uint8Array
  json(): unknown
  /** Grows with every change. */
  revision: number
}

/** Keys are words joined by dots, of letters, digits, `-`, `_`, `=` and `/`. */
export interface KeyValue {
  get(key: string): Promise<KvEntry | undefined>
  /** Returns the new revision. */
  put(key: string, payload: Payload): Promise<number>
  /** Only when there is no value; undefined when there is one. */
  create(key: string, payload: Payload): Promise<number | undefined>
  /** Only when the value still has this revision; undefined when it has not. */
  update(key: string, payload: Payload, revision: number): Promise<number | undefined>
  delete(key: string): Promise<void>
  /** Keys of the values, in no order, that fit a pattern as subjects do. */
  keys(pattern?: string): Promise<string[]>
  /** First every value that is there, then every change; `entry` is undefined when a value was deleted. */
  watch(
    pattern: string,
    handler: (change: { key: string; entry: KvEntry | undefined }) => unknown,
  ): Promise<Subscription>
}
