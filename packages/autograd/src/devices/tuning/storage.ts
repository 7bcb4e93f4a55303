/** Keeps texts for later programs: in the user's cache folder in Node, in IndexedDB in browsers. */
export interface Storage {
  read(name: string): Promise<string | null>;
  write(name: string, text: string): Promise<void>;
}

/** The storage of this platform. Without files or IndexedDB it keeps nothing. */
export function openStorage(): Storage {
  const { process, indexedDB } = globalThis as {
    process?: { versions?: { node?: string } };
    indexedDB?: IDBFactory;
  };
  if (process?.versions?.node !== undefined) return files;
  return indexedDB === undefined ? nowhere : records(indexedDB);
}

const nowhere: Storage = { read: async () => null, write: async () => {} };

const files: Storage = {
  async read(name) {
    const { path, fs } = await fileOf(name);
    return fs.existsSync(path) ? fs.readFileSync(path, "utf8") : null;
  },
  async write(name, text) {
    const { path, fs } = await fileOf(name);
    const unfinished = `${path}.${process.pid}`;
    fs.writeFileSync(unfinished, text);
    fs.renameSync(unfinished, path);
  },
};

async function fileOf(name: string) {
  const { cacheFolder } = await import("../node/archive.ts");
  const fs = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  return { path: join(cacheFolder(fs), `${name}.json`), fs };
}

const STORE = "tuning";

function records(factory: IDBFactory): Storage {
  const open = (): Promise<IDBDatabase> => {
    const request = factory.open("wgrad", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return settled(request);
  };
  const run = async <T>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const database = await open();
    try {
      return await settled(act(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  };
  return {
    read: async (name) =>
      ((await run("readonly", (store) => store.get(name))) as string | undefined) ?? null,
    write: async (name, text) => {
      await run("readwrite", (store) => store.put(text, name));
    },
  };
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
