/** A file that is arriving. */
export interface Arrival {
  /** Bytes that are here already. */
  readonly size: number;
  /**
   * Where they came from and which version of the file they are (an ETag or a date), as `start` was
   * told.
   */
  readonly origin: Origin | null;
  /** Forgets what is here; the bytes that follow are from `origin`. */
  start(origin: Origin): Promise<void>;
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** SHA-256 of what is here, in hexadecimal. */
  sha256(): Promise<string>;
  /** The file is whole: it takes its place in the cache, at once. */
  finish(): Promise<string | Blob>;
  /** Forgets what is here. */
  discard(): Promise<void>;
  /** Lets go; what is here stays for the next time, where there is a place for it. */
  close(): Promise<void>;
}

export interface Origin {
  readonly url: string;
  readonly version: string | null;
}

/** Where a file is kept. */
export interface FileCache {
  /** Which place of all. */
  readonly key: string;
  /** Where a person can put the file, or null. */
  readonly path: string | null;
  /** The file if it is here, or null. */
  find(): Promise<string | Blob | null>;
  /** SHA-256 of the file that is here. */
  sha256(): Promise<string>;
  remove(): Promise<void>;
  arrive(): Promise<Arrival>;
}
