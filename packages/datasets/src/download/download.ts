import { DataError } from "../table/error.ts";
import type { Arrival, FileCache } from "./cache.ts";
import { cacheFolder, fileCache } from "./file-cache.ts";
import { pageCache } from "./page-cache.ts";

/** How far a download is. */
export interface DownloadProgress {
  readonly url: string;
  /** Bytes that are here, those of earlier attempts too. */
  readonly received: number;
  /** Bytes of the whole file, or null if the server does not say. */
  readonly total: number | null;
}

/** Settings of `download`. */
export interface DownloadOptions {
  /** SHA-256 of the file, in hexadecimal; a file that has another is thrown away. */
  readonly sha256?: string;
  /** Name of the file in the cache; the last part of the first address if not given. */
  readonly name?: string;
  /** Folder of the cache, in Node; wgrad in the user's cache folder if not given. */
  readonly folder?: string;
  /** Takes the file from the cache or throws, and asks no server (default: whether WGRAD_OFFLINE is set). */
  readonly offline?: boolean;
  /** How often a broken connection to one mirror is taken up again (default 3). */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  onProgress?(progress: DownloadProgress): void;
}

/**
 * Fetches a file from the first mirror that has it and keeps it, so that the next call needs no network. A connection
 * that breaks is taken up where it broke, in this call or the next; the file takes its place in the cache whole or not at all.
 * Gives its path in Node, a Blob in a browser: both are a `Source` that every reader takes.
 *
 * Throws DataError that says what each mirror answered, if the file is not that of `sha256`, and if `offline` and it is not here.
 */
export async function download(
  urls: string | URL | readonly (string | URL)[],
  options: DownloadOptions = {},
): Promise<string | Blob> {
  const mirrors = (Array.isArray(urls) ? urls : [urls]).map(String);
  const [first] = mirrors;
  if (first === undefined) throw new DataError("download: no address is given");
  const cache = await cacheFor(first, options);
  const running = arriving.get(cache.key);
  if (running !== undefined) return running;
  const result = fromCache(cache, mirrors, options).finally(() => arriving.delete(cache.key));
  arriving.set(cache.key, result);
  return result;
}

/** Two calls for one file at a time are one download. */
const arriving = new Map<string, Promise<string | Blob>>();

async function cacheFor(url: string, options: DownloadOptions): Promise<FileCache> {
  if (globalThis.process?.getBuiltinModule === undefined) return pageCache(url);
  const { join } = globalThis.process.getBuiltinModule("node:path");
  const { createHash } = globalThis.process.getBuiltinModule("node:crypto");
  const key = createHash("sha256").update(url).digest("hex").slice(0, 16);
  const last = new URL(url).pathname.split("/").findLast((part) => part !== "") ?? "file";
  const name = (options.name ?? decodeURIComponent(last)).replace(/[^\w.-]/g, "_");
  return fileCache(options.folder ?? join(cacheFolder(), "downloads", key), name);
}

async function fromCache(
  cache: FileCache,
  mirrors: readonly string[],
  options: DownloadOptions,
): Promise<string | Blob> {
  const { offline = isOffline() } = options;
  const wanted = options.sha256?.toLowerCase();
  const found = await cache.find();
  if (found !== null && (wanted === undefined || (await cache.sha256()) === wanted)) return found;
  if (offline) {
    const what = found === null ? "is not in the cache" : "has another sha256 in the cache";
    throw new DataError(
      `download: offline, and ${mirrors[0]} ${what}\n  hint: run once with a network${orByHand(cache)}`,
    );
  }
  const failures: Failure[] = [];
  for (const url of mirrors) {
    const arrival = await cache.arrive();
    try {
      await fetchAll(url, arrival, options);
      const sha256 = wanted === undefined ? wanted : await arrival.sha256();
      if (sha256 === wanted) return await arrival.finish();
      await arrival.discard();
      failures.push({ url, reason: `has sha256 ${sha256} where ${wanted} was expected` });
    } catch (error) {
      await arrival.close();
      if (options.signal?.aborted || !(error instanceof Refused)) throw error;
      failures.push({ url, reason: error.message, unreachable: error.unreachable });
    }
  }
  throw failed(failures, cache);
}

interface Failure {
  readonly url: string;
  readonly reason: string;
  readonly unreachable?: boolean;
}

function failed(failures: readonly Failure[], cache: FileCache): DataError {
  const lines = failures.map(({ url, reason }) => `\n  ${url}: ${reason}`);
  const closed = failures.every(({ unreachable }) => unreachable);
  const what = closed
    ? "no server can be reached; the network seems to be closed"
    : "no mirror gave the file";
  return new DataError(
    `download: ${what}${lines.join("")}\n  hint: pass a mirror that has it${orByHand(cache)}`,
  );
}

const orByHand = ({ path }: FileCache): string =>
  path === null ? "" : `, or put the file at ${path}`;

/** Why a mirror did not give the file. */
class Refused extends Error {
  readonly unreachable: boolean;
  readonly final: boolean;
  constructor(message: string, { unreachable = false, final = false } = {}) {
    super(message);
    this.unreachable = unreachable;
    this.final = final;
  }
}

/** Asks again for what is missing, as long as attempts are left. */
async function fetchAll(url: string, arrival: Arrival, options: DownloadOptions): Promise<void> {
  const { retries = 3, signal } = options;
  for (let attempt = 0; ; attempt++) {
    const before = arrival.size;
    try {
      return await fetchRest(url, arrival, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Refused) || error.final || attempt >= retries) throw error;
      if (arrival.size === before)
        await new Promise((next) => setTimeout(next, 100 * 2 ** attempt));
    }
  }
}

async function fetchRest(
  url: string,
  arrival: Arrival,
  { signal, onProgress }: DownloadOptions,
): Promise<void> {
  const { origin } = arrival;
  const version = origin?.url === url ? origin.version : null;
  const headers = new Headers({ "accept-encoding": "identity" });
  if (version !== null && arrival.size > 0) {
    headers.set("range", `bytes=${arrival.size}-`);
    headers.set("if-range", version);
  }
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: signal ?? null, cache: "no-store" });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Refused(cause?.message || message, { unreachable: true });
  }
  const resumes = response.status === 206 && startOf(response) === arrival.size;
  if (!resumes) {
    if (response.status !== 200) {
      await response.body?.cancel();
      const final = response.status !== 429 && response.status < 500 && response.status !== 416;
      if (response.status === 416 || response.status === 206)
        await arrival.start({ url, version: null });
      throw new Refused(`the server answers ${response.status}`, { final });
    }
    await arrival.start({ url, version: versionOf(response) });
  }
  const total = sizeOf(response, resumes ? arrival.size : 0);
  onProgress?.({ url, received: arrival.size, total });
  const reader = response.body?.getReader();
  for (;;) {
    const { value, done } = (await reader?.read().catch((error: Error) => {
      throw new Refused(`the connection broke after ${arrival.size} bytes (${error.message})`);
    })) ?? { done: true as const, value: undefined };
    if (done) break;
    await arrival.write(value);
    onProgress?.({ url, received: arrival.size, total });
  }
  if (total !== null && arrival.size !== total) {
    throw new Refused(`sent ${arrival.size} bytes of ${total}`);
  }
}

const startOf = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? -1);

/** What says whether the file is still the same: a strong ETag, else its date. */
function versionOf({ headers }: Response): string | null {
  const tag = headers.get("etag");
  return tag !== null && !tag.startsWith("W/") ? tag : headers.get("last-modified");
}

/** Bytes of the whole file; what a server packs on the way has no length to go by. */
function sizeOf({ headers }: Response, before: number): number | null {
  const length = headers.get("content-length");
  return length === null || headers.get("content-encoding") !== null
    ? null
    : before + Number(length);
}

function isOffline(): boolean {
  const flag = globalThis.process?.env?.WGRAD_OFFLINE;
  return flag !== undefined && flag !== "" && flag !== "0";
}
