import type { Arrival, FileCache, Origin } from "./cache.ts";

const builtin = globalThis.process?.getBuiltinModule;

/**
 * The folder wgrad for cached files, in `$XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches` or
 * `%LOCALAPPDATA%`.
 */
export function cacheFolder(): string {
  const { env, platform } = globalThis.process;
  const { join } = builtin("node:path");
  const home = builtin("node:os").homedir();
  const usual =
    platform === "darwin"
      ? join(home, "Library", "Caches")
      : platform === "win32"
        ? (env.LOCALAPPDATA ?? join(home, "AppData", "Local"))
        : join(home, ".cache");
  return join(env.XDG_CACHE_HOME || usual, "wgrad");
}

/**
 * A file in a cache folder. A partial file has the suffix `.part`, and its origin is stored next to
 * it.
 */
export function fileCache(folder: string, name: string): FileCache {
  const { join } = builtin("node:path");
  const { statSync } = builtin("node:fs");
  const files = builtin("node:fs/promises");
  const path = join(folder, name);
  return {
    key: path,
    path,
    find: async () => (statSync(path, { throwIfNoEntry: false })?.isFile() ? path : null),
    sha256: () => sha256Of(path),
    remove: () => files.rm(path, { force: true }),
    arrive: async () => {
      await files.mkdir(folder, { recursive: true });
      return arrival(path);
    },
  };
}

async function arrival(path: string): Promise<Arrival> {
  const files = builtin("node:fs/promises");
  const lock = await lockFor(path);
  const part = lock === null ? `${path}.${globalThis.process.pid}.part` : `${path}.part`;
  const note = `${part}.json`;
  let origin = await originIn(note);
  const file = await files.open(part, "a+");
  if (origin === null) await file.truncate(0);
  let size = (await file.stat()).size;
  if (size === 0) origin = null;
  const close = async (): Promise<void> => {
    await file.close();
    if (lock !== null) await files.rm(lock, { force: true });
  };
  const forget = async (): Promise<void> => {
    await files.rm(note, { force: true });
    await file.truncate(0);
    size = 0;
    origin = null;
  };
  return {
    get size() {
      return size;
    },
    get origin() {
      return origin;
    },
    async start(next: Origin) {
      await forget();
      await files.writeFile(note, JSON.stringify(next));
      origin = next;
    },
    async write(bytes) {
      await file.appendFile(bytes);
      size += bytes.length;
    },
    sha256: () => sha256Of(part),
    async finish() {
      await file.sync();
      await file.close();
      await files.rename(part, path);
      await files.rm(note, { force: true });
      await close();
      return path;
    },
    async discard() {
      await forget();
      await files.rm(part, { force: true });
      await close();
    },
    close,
  };
}

/**
 * Locks a file; returns null if a running process has the lock, so that the caller uses another
 * partial file.
 */
async function lockFor(path: string): Promise<string | null> {
  const files = builtin("node:fs/promises");
  const lock = `${path}.lock`;
  for (const again of [true, false]) {
    try {
      await files.writeFile(lock, String(globalThis.process.pid), { flag: "wx" });
      return lock;
    } catch {
      const holder = Number(await files.readFile(lock, "utf8").catch(() => "0"));
      if (!again || isAlive(holder)) return null;
      await files.rm(lock, { force: true });
    }
  }
  return null;
}

function isAlive(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0);
    return pid !== 0;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

async function originIn(note: string): Promise<Origin | null> {
  try {
    return JSON.parse(await builtin("node:fs/promises").readFile(note, "utf8")) as Origin;
  } catch {
    return null;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = builtin("node:crypto").createHash("sha256");
  for await (const chunk of builtin("node:fs").createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
