/**
 * The service worker: keeps the site's files, so that every page opens without a connection. Files are named after what is in
 * them, so a file that is kept is never stale; the page that names them is asked for first.
 */

interface Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Event) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
}

/** The build's files, and a name for them together; written in by the build. */
declare const __SITE__: { readonly version: string; readonly files: readonly string[] };

const worker = self as unknown as Scope;
const family = `wgrad gallery ${worker.registration.scope} `;
const kept = `${family}${__SITE__.version}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll(["./", ...__SITE__.files])));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(worker.registration.scope)) return;
  event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

async function dropOthers(): Promise<void> {
  const others = (await caches.keys()).filter((each) => each.startsWith(family) && each !== kept);
  await Promise.all(others.map((each) => caches.delete(each)));
}

/** Servers say that answers vary by who asks (`Vary: Origin`); files are the same for all. */
const any: CacheQueryOptions = { ignoreVary: true };

/** The newest page; the kept one without a connection. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const last = await caches.match("./", { cacheName: kept, ...any });
    if (last !== undefined) return last;
    throw error;
  }
}

/** A kept file; else a fetched one, which is kept from then on: large data are fetched when they are first chosen. */
async function file(request: Request): Promise<Response> {
  const cache = await caches.open(kept);
  const known = await cache.match(request, any);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok && response.status === 200) await cache.put(request, response.clone());
  return response;
}
