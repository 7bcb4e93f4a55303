import { ArgumentError } from "@wgrad/autograd";
import { DataError, LimitError } from "../table/error.ts";
import { checkUnpacked } from "./limits.ts";

/** Bytes whose memory is not shared. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A source of bytes: a URL, its text (`https:`, `http:`, `data:`, `blob:`, `file:`), a Blob or
 * File, a Response (readable once), or bytes. Other texts are paths in Node, and relative to the
 * page in a browser.
 */
export type Source = string | URL | Blob | Response | Bytes;

/** Throws ArgumentError unless `bytes` is a Uint8Array. */
export function checkBytes(call: string, bytes: unknown): asserts bytes is Uint8Array {
  if (bytes instanceof Uint8Array) return;
  const hint = bytes instanceof ArrayBuffer ? "new Uint8Array(buffer)" : "a Uint8Array";
  throw new ArgumentError(`${call}: takes bytes\n  hint: ${hint}`);
}

/** Name of a source in error messages; `otherwise` for sources without a name. */
export function nameOf(source: Source, otherwise: string): string {
  if (!isSource(source)) {
    const hint =
      (source as unknown) instanceof Promise
        ? "await it first"
        : (source as unknown) instanceof ArrayBuffer
          ? "new Uint8Array(buffer)"
          : "pass an address, a path (in Node), a Blob or File, a Response, or a Uint8Array";
    throw new ArgumentError(
      `${otherwise}: cannot be read from ${typeof source === "object" ? Object.prototype.toString.call(source) : String(source)}\n  hint: ${hint}`,
    );
  }
  if (source instanceof Blob) return "name" in source ? String(source.name) : otherwise;
  if (source instanceof Response) return source.url || otherwise;
  if (source instanceof Uint8Array) return otherwise;
  return String(source).startsWith("data:") ? otherwise : String(source);
}

const isSource = (source: unknown): boolean =>
  typeof source === "string" ||
  source instanceof URL ||
  source instanceof Blob ||
  source instanceof Response ||
  source instanceof Uint8Array;

/**
 * Reads all bytes of a source, and gunzips them if gzipped. Throws DataError if there is nothing to
 * read, and LimitError if it unpacks to more than `maxBytes` or the default limit.
 */
export async function bytesOf(source: Source, name: string, maxBytes?: number): Promise<Bytes> {
  if (source instanceof Uint8Array && !isGzip(source)) return source;
  const chunks: Bytes[] = [];
  for await (const chunk of chunksOf(source, name, 2 ** 22, { maxBytes })) chunks.push(chunk);
  if (chunks.length === 1) return chunks[0] as Bytes;
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Maximum length of a string. */
const LONGEST_TEXT = 2 ** 29 - 24;

/** Reads a source as UTF-8 text, like `bytesOf`. Throws DataError for invalid UTF-8. */
export async function textOf(source: Source, name: string, maxBytes?: number): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of textChunksOf(source, name, 2 ** 22, { maxBytes })) {
    length += piece.length;
    if (length > LONGEST_TEXT) {
      throw new LimitError(`${name}: is too long for one string\n  hint: read it in batches`);
    }
    pieces.push(piece);
  }
  return pieces.join("");
}

/**
 * Reads a source as text in pieces, like `textOf`. Without a limit, gzipped text may have any
 * length.
 */
export async function* textChunksOf(
  source: Source,
  name: string,
  size?: number,
  limit: Limit | null = null,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (bytes?: Bytes): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new DataError(`${name}: is not valid UTF-8 text`);
    }
  };
  for await (const chunk of chunksOf(source, name, size, limit)) yield decode(chunk);
  yield decode();
}

/** Limit of the decompressed size. */
interface Limit {
  readonly maxBytes: number | undefined;
}

/**
 * Reads a source in pieces, and gunzips them if gzipped; files are read in pieces of `size` bytes.
 *
 * Throws DataError if there is nothing to read, or the source ends early.
 */
async function* chunksOf(
  source: Source,
  name: string,
  size: number = 2 ** 16,
  limit: Limit | null = null,
): AsyncGenerator<Bytes, void, undefined> {
  const chunks = plainChunksOf(source, name, size);
  const { value: first, done } = await chunks.next();
  if (done) return;
  const all = startingWith(first, chunks);
  yield* isGzip(first) ? unpacked(all, name, limit) : all;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function* startingWith(
  first: Bytes,
  rest: AsyncIterable<Bytes>,
): AsyncGenerator<Bytes, void, undefined> {
  yield first;
  yield* rest;
}

async function* plainChunksOf(
  source: Source,
  name: string,
  size: number,
): AsyncGenerator<Bytes, void, undefined> {
  if (source instanceof Uint8Array) yield source;
  else if (source instanceof Blob) yield* streamed(source.stream(), name);
  else if (source instanceof Response) yield* streamed(bodyOf(source, name), name);
  else {
    const path = pathOf(source);
    if (path === null) yield* streamed(bodyOf(await fetched(source, name), name), name);
    else yield* fileChunks(path, name, size);
  }
}

/** The path of a source in Node; null for an address, and in a browser. */
export function pathOf(source: string | URL): string | null {
  const text = String(source);
  const urls = globalThis.process?.getBuiltinModule?.("node:url");
  if (urls === undefined || /^(https?|data|blob):/i.test(text)) return null;
  return text.startsWith("file:") ? urls.fileURLToPath(text) : text;
}

async function* fileChunks(
  path: string,
  name: string,
  size: number,
): AsyncGenerator<Bytes, void, undefined> {
  const { open } = globalThis.process.getBuiltinModule("node:fs/promises");
  let position = 0;
  try {
    const file = await open(path);
    try {
      const { size: length } = await file.stat();
      for (;;) {
        const left = length - position;
        const buffer = new Uint8Array(left > 0 ? Math.min(size, left) : 2 ** 12);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${name}: ${reasonOf(error)}`);
  }
}

async function fetched(source: string | URL, name: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(source);
  } catch (error) {
    throw new DataError(`${name}: cannot be fetched (${(error as Error).message})`);
  }
  if (!response.ok)
    throw new DataError(`${name}: the server responded with status ${response.status}`);
  return response;
}

function bodyOf(response: Response, name: string): ReadableStream<Bytes> {
  if (response.bodyUsed) {
    throw new DataError(
      `${name}: the response was already read; pass its address to read it again`,
    );
  }
  return response.body ?? new Blob([]).stream();
}

/** Iterates over a web stream, because not every browser makes it iterable. */
async function* streamed(
  stream: ReadableStream<Bytes>,
  name: string,
): AsyncGenerator<Bytes, void, undefined> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    ended = true;
    throw new DataError(`${name}: ended early (${(error as Error).message})`);
  } finally {
    if (!ended) await reader.cancel();
  }
}

async function* unpacked(
  chunks: AsyncIterable<Bytes>,
  name: string,
  limit: Limit | null,
): AsyncGenerator<Bytes, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  let [before, after] = [0, 0];
  const packed = new ReadableStream<Bytes>({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else {
        before += value.length;
        controller.enqueue(value);
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  try {
    for await (const piece of streamed(packed.pipeThrough(new DecompressionStream("gzip")), name)) {
      after += piece.length;
      if (limit !== null) checkUnpacked(name, before, after, limit.maxBytes);
      yield piece;
    }
  } catch (error) {
    if (!(error instanceof DataError) || error instanceof LimitError) throw error;
    throw new DataError(`${name}: is gzipped, but damaged`);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "EACCES") return "permission to read it is denied";
  return message;
}
