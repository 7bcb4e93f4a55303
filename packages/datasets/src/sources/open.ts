import { DataError } from "../table/error.ts";

/** Bytes of which nobody else writes the memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Where bytes come from: a URL, the text of one (`https:`, `http:`, `data:`, `blob:`, `file:`), a Blob or File, a Response
 * (which can be read once), or bytes. In Node any other text is a path; in a browser it is relative to the page.
 */
export type Source = string | URL | Blob | Response | Bytes;

/** What messages call a source; `otherwise` for one that has no name of its own. */
export function nameOf(source: Source, otherwise: string): string {
  if (source instanceof Blob) return "name" in source ? String(source.name) : otherwise;
  if (source instanceof Response) return source.url || otherwise;
  if (source instanceof Uint8Array) return otherwise;
  return String(source).startsWith("data:") ? otherwise : String(source);
}

/** All bytes of a source, unpacked if gzip packed them. Throws DataError if there is nothing to read. */
export async function bytesOf(source: Source, name: string): Promise<Bytes> {
  if (source instanceof Uint8Array && !isGzip(source)) return source;
  const chunks: Bytes[] = [];
  for await (const chunk of chunksOf(source, name, 2 ** 22)) chunks.push(chunk);
  if (chunks.length === 1) return chunks[0] as Bytes;
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** All text of a source, as `bytesOf`; UTF-8. Throws DataError for bytes that are none. */
export async function textOf(source: Source, name: string): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of textChunksOf(source, name, 2 ** 22)) pieces.push(piece);
  return pieces.join("");
}

/** The text of a source piece by piece, as `textOf`. */
export async function* textChunksOf(
  source: Source,
  name: string,
  size?: number,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (bytes?: Bytes): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new DataError(`${name}: is not text in UTF-8`);
    }
  };
  for await (const chunk of chunksOf(source, name, size)) yield decode(chunk);
  yield decode();
}

/**
 * The bytes of a source piece by piece, unpacked if gzip packed them; from a file, pieces of `size`.
 *
 * Throws DataError if there is nothing to read, or it breaks off.
 */
async function* chunksOf(
  source: Source,
  name: string,
  size: number = 2 ** 16,
): AsyncGenerator<Bytes, void, undefined> {
  const chunks = plainChunksOf(source, name, size);
  const { value: first, done } = await chunks.next();
  if (done) return;
  const all = startingWith(first, chunks);
  yield* isGzip(first) ? unpacked(all, name) : all;
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

/** The path that a source names, in Node; null for an address, and in a browser. */
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
  if (!response.ok) throw new DataError(`${name}: the server answers ${response.status}`);
  return response;
}

function bodyOf(response: Response, name: string): ReadableStream<Bytes> {
  if (response.bodyUsed) {
    throw new DataError(`${name}: the response has been read; pass its address to read it again`);
  }
  return response.body ?? new Blob([]).stream();
}

/** A stream of the web as an iterable: not every browser has made it one. */
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
    throw new DataError(`${name}: breaks off (${(error as Error).message})`);
  } finally {
    if (!ended) await reader.cancel();
  }
}

async function* unpacked(
  chunks: AsyncIterable<Bytes>,
  name: string,
): AsyncGenerator<Bytes, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  const packed = new ReadableStream<Bytes>({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  try {
    yield* streamed(packed.pipeThrough(new DecompressionStream("gzip")), name);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${name}: is packed by gzip, and broken`);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "EACCES") return "may not be read";
  return message;
}
