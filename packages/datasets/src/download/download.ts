import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { DataError } from "../table/error.ts";
import type { Arrival, FileCache } from "./cache.ts";
import { cacheFolder, fileCache } from "./file-cache.ts";
import { hasOpfs, opfsCache } from "./opfs-cache.ts";
import { pageCache } from "./page-cache.ts";

/** Progress of a download. */
export interface DownloadProgress {
  readonly url: string;
  /** Number of bytes received, including earlier attempts. */
  readonly received: number;
  /** Size of the file in bytes; null if the server does not send it. */
  readonly total: number | null;
}

/** Settings of `download`. */
export interface DownloadOptions {
  /** Expected SHA-256 of the file, in hexadecimal. A file with another one is deleted. */
  readonly sha256?: string;
  /** Name of the file in the cache (default: the last part of the first address). */
  readonly name?: string;
  /** Folder of the cache, in Node (default: wgrad in the user's cache folder). */
  readonly folder?: string;
  /**
   * Only uses the cache, and throws if the file is missing (default: whether WGRAD_OFFLINE is set).
   */
  readonly offline?: boolean;
  /** Number of times that a broken connection to a mirror is resumed (default 3). */
  readonly retries?: number;
  readonly signal?: AbortSignal;
  onProgress?(progress: DownloadProgress): void;
}

/**
 * Downloads a file from the first mirror that has it, and caches it, so that the next call needs no
 * network. A broken connection is resumed, in this call or the next. The file appears in the cache
 * only when it is complete. A call for a file that another call is downloading waits for that call,
 * and then checks the file by its own options. Returns the path in Node and a Blob in a browser;
 * every reader accepts both as a `Source`.
 *
 * Throws DataError with the answer of each mirror, if the SHA-256 differs, and if `offline` is set
 * and the file is missing. Throws ArgumentError for an invalid address, file name or sha256.
 */
export async function download(
  urls: string | URL | readonly (string | URL)[],
  options: DownloadOptions = {},
): Promise<string | Blob> {
  checkCall(
    "download(urls: any, { sha256: string, name: string, folder: string, offline: boolean, retries: number, signal, onProgress: function })",
    arguments,
  );
  const mirrors = addressesIn(urls);
  checkOptions(options);
  const { signal, offline = isOffline() } = options;
  signal?.throwIfAborted();
  const cache = cacheFor(mirrors[0] as string, options);
  if (!offline) {
    for (let other = arriving.get(cache.key); other; other = arriving.get(cache.key))
      await ended(other, options);
  }
  const listeners = new Set([options]);
  const result = fromCache(cache, mirrors, { ...options, offline }, (progress) => {
    for (const each of listeners) each.onProgress?.(progress);
  });
  if (offline) return result;
  const transfer = { listeners, settled: result.then(noop, noop) };
  arriving.set(cache.key, transfer);
  try {
    return await result;
  } finally {
    arriving.delete(cache.key);
  }
}

const noop = (): void => {};

/** A running download, and its progress listeners. */
interface Transfer {
  readonly settled: Promise<void>;
  readonly listeners: Set<DownloadOptions>;
}

const arriving = new Map<string, Transfer>();

/** Waits for another call's download to end. Throws the signal's reason if it is aborted. */
async function ended({ settled, listeners }: Transfer, options: DownloadOptions): Promise<void> {
  listeners.add(options);
  try {
    await untilAborted(settled, options.signal);
  } finally {
    listeners.delete(options);
  }
}

async function untilAborted(
  settled: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) return settled;
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    settled.then(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, reject);
  });
}

/** Parses the addresses. Throws ArgumentError for an invalid one. */
function addressesIn(urls: string | URL | readonly (string | URL)[]): string[] {
  const list: readonly unknown[] = Array.isArray(urls) ? urls : [urls];
  if (list.length === 0) throw new ArgumentError("download: there is no address");
  return list.map((url) => {
    const text = url instanceof URL ? url.href : url;
    const base = globalThis.location?.href;
    if (typeof text === "string" && URL.canParse(text, base)) return new URL(text, base).href;
    throw new ArgumentError(
      `download: ${typeof text === "string" ? JSON.stringify(text) : String(text)} is not an address` +
        '\n  hint: "https://host/path/file.csv", or a list of such mirrors',
    );
  });
}

function checkOptions({ sha256, retries = 3, signal }: DownloadOptions): void {
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new ArgumentError(
      `download: sha256 is ${JSON.stringify(sha256)}\n  hint: 64 hexadecimal digits, as printed by sha256sum`,
    );
  }
  if (!Number.isInteger(retries) || retries < 0) {
    throw new ArgumentError(`download: retries is ${retries}\n  hint: a whole number ≥ 0`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ArgumentError(
      "download: signal is not an AbortSignal\n  hint: pass controller.signal",
    );
  }
}

function cacheFor(url: string, options: DownloadOptions): FileCache {
  if (globalThis.process?.getBuiltinModule === undefined)
    return hasOpfs() ? opfsCache(url) : pageCache(url);
  const { join } = globalThis.process.getBuiltinModule("node:path");
  const { createHash } = globalThis.process.getBuiltinModule("node:crypto");
  const key = createHash("sha256").update(url).digest("hex").slice(0, 16);
  const name = options.name === undefined ? nameIn(url) : checkedName(options.name);
  return fileCache(options.folder ?? join(cacheFolder(), "downloads", key), name);
}

/** File systems allow longer names, but the suffixes of partial files need some room. */
const LONGEST_NAME = 200;

const plain = (name: string): string => name.replace(/[^\w.-]/g, "_");

/** The last part of an address, as a file name. */
function nameIn(url: string): string {
  const last = new URL(url).pathname.split("/").findLast((part) => part !== "") ?? "file";
  const name = plain(decoded(last));
  return /^\.*$/.test(name) ? "file" : name.slice(-LONGEST_NAME);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function checkedName(given: string): string {
  const name = plain(given);
  if (!/^\.*$/.test(name) && name.length <= LONGEST_NAME) return name;
  const shown = given.length > 40 ? `${given.slice(0, 39)}…` : given;
  throw new ArgumentError(
    `download: name is ${JSON.stringify(shown)}, which is not a valid file name` +
      `\n  hint: 1 to ${LONGEST_NAME} letters, digits, dots and hyphens`,
  );
}

async function fromCache(
  cache: FileCache,
  mirrors: readonly string[],
  options: DownloadOptions & { readonly offline: boolean },
  report: Report,
): Promise<string | Blob> {
  const { offline } = options;
  const wanted = options.sha256?.toLowerCase();
  const found = await keeping(cache, () => cache.find());
  if (found !== null && (wanted === undefined || (await cache.sha256()) === wanted)) return found;
  if (offline) {
    const what = found === null ? "is not in the cache" : "has another sha256 in the cache";
    throw new DataError(
      `download: offline, but ${mirrors[0]} ${what}\n  hint: run once with a network${orByHand(cache)}`,
    );
  }
  const failures: Failure[] = [];
  for (const url of mirrors) {
    const arrival = await keeping(cache, () => cache.arrive());
    try {
      await fetchAll(url, arrival, options, report);
      const sha256 = wanted === undefined ? wanted : await arrival.sha256();
      if (sha256 === wanted) return await keeping(cache, () => arrival.finish());
      await arrival.discard();
      failures.push({ url, reason: `has sha256 ${sha256}, expected ${wanted}` });
    } catch (error) {
      await arrival.close();
      if (options.signal?.aborted || !(error instanceof Refused)) throw error;
      failures.push({ url, reason: error.message, unreachable: error.unreachable });
    }
  }
  throw failed(failures, cache);
}

type Report = (progress: DownloadProgress) => void;

/** Rethrows errors of the file system as DataError with the path. */
async function keeping<T>({ path }: FileCache, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    throw new DataError(`download: the file cannot be kept at ${path} (${message})`);
  }
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
    ? "no server can be reached; there seems to be no network"
    : "no mirror returned the file";
  return new DataError(
    `download: ${what}${lines.join("")}\n  hint: pass a mirror that has it${orByHand(cache)}`,
  );
}

const orByHand = ({ path }: FileCache): string =>
  path === null ? "" : `, or put the file at ${path}`;

/** The reason why a mirror did not return the file. */
class Refused extends Error {
  readonly unreachable: boolean;
  readonly final: boolean;
  constructor(message: string, { unreachable = false, final = false } = {}) {
    super(message);
    this.unreachable = unreachable;
    this.final = final;
  }
}

/** Requests the missing bytes until no attempts are left. */
async function fetchAll(
  url: string,
  arrival: Arrival,
  options: DownloadOptions,
  report: Report,
): Promise<void> {
  const { retries = 3, signal } = options;
  for (let attempt = 0; ; attempt++) {
    const before = arrival.size;
    try {
      return await fetchRest(url, arrival, options, report);
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
  { signal }: DownloadOptions,
  report: Report,
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
  const isSame = versionOf(response) === null || versionOf(response) === version;
  const resumes = response.status === 206 && isSame && startOf(response) === arrival.size;
  if (!resumes) {
    if (response.status !== 200) {
      await response.body?.cancel();
      const final = response.status < 500 && ![206, 416, 429].includes(response.status);
      if (response.status === 416 || response.status === 206)
        await arrival.start({ url, version: null });
      const what = isSame ? "" : " with a part of another version";
      throw new Refused(`the server responded with status ${response.status}${what}`, { final });
    }
    await arrival.start({ url, version: versionOf(response) });
  }
  const total = sizeOf(response, resumes ? arrival.size : 0);
  report({ url, received: arrival.size, total });
  const reader = response.body?.getReader();
  for (;;) {
    const { value, done } = (await reader?.read().catch((error: Error) => {
      throw new Refused(`the connection broke after ${arrival.size} bytes (${error.message})`);
    })) ?? { done: true as const, value: undefined };
    if (done) break;
    await arrival.write(value);
    report({ url, received: arrival.size, total });
  }
  if (total !== null && arrival.size !== total) {
    throw new Refused(`sent only ${arrival.size} of ${total} bytes`);
  }
}

const startOf = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? -1);

/** Identifies a version of the file: a strong ETag, otherwise the date. */
function versionOf({ headers }: Response): string | null {
  const tag = headers.get("etag");
  return tag !== null && !tag.startsWith("W/") ? tag : headers.get("last-modified");
}

/**
 * Size of the file in bytes; null if the response is compressed, because its length is then
 * unknown.
 */
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
