/** A file that is being downloaded. */
export interface Arrival {
  /** Number of bytes received. */
  readonly size: number;
  /**
   * Address and version (an ETag or a date) of the file that the bytes belong to, as passed to
   * `start`.
   */
  readonly origin: Origin | null;
  /** Discards the received bytes; the following bytes are from `origin`. */
  start(origin: Origin): Promise<void>;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** SHA-256 of the received bytes, in hexadecimal. */
  sha256(): Promise<string>;
  /** Moves the complete file to its place in the cache, atomically. */
  finish(): Promise<string | Blob>;
  /** Discards the received bytes. */
  discard(): Promise<void>;
  /** Stops; the received bytes are kept for the next time if possible. */
  close(): Promise<void>;
}

export interface Origin {
  readonly url: string;
  readonly version: string | null;
}

/** The place of a file in a cache. */
export interface FileCache {
  /** Identifies the place. */
  readonly key: string;
  /** Path where a user can put the file; null if there is none. */
  readonly path: string | null;
  /** The cached file, or null. */
  find(): Promise<string | Blob | null>;
  /** SHA-256 of the cached file. */
  sha256(): Promise<string>;
  remove(): Promise<void>;
  arrive(): Promise<Arrival>;
}
