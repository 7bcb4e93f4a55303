import type * as FileSystem from "node:fs";

// Node's modules are loaded when called, so that browser bundlers see no `node:` import.

/** Unpacks `.br` and `.tar.br` files into one folder of the user's cache, once, and returns it. */
export function unpackOnce(name: string, archives: readonly string[]): string {
  const fs = process.getBuiltinModule("node:fs");
  const path = process.getBuiltinModule("node:path");
  const zlib = process.getBuiltinModule("node:zlib");
  const cache = cacheFolder(fs);
  const folder = path.join(cache, name);
  if (fs.existsSync(folder)) return folder;

  const unfinished = fs.mkdtempSync(`${folder}-`);
  try {
    for (const archive of archives) {
      const bytes = zlib.brotliDecompressSync(fs.readFileSync(archive));
      const inner = path.basename(archive, ".br");
      const files = inner.endsWith(".tar") ? untar(bytes) : [{ name: inner, bytes }];
      for (const file of files) {
        const target = path.join(unfinished, file.name);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, file.bytes, { mode: 0o755 });
      }
    }
    fs.renameSync(unfinished, folder);
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    if (!fs.existsSync(folder)) throw error; // if it exists, another process unpacked it first
  }
  return folder;
}

/** The regular files of a tar archive: 512-byte headers, contents padded to 512 bytes. */
function untar(tar: Buffer): { name: string; bytes: Buffer }[] {
  const text = (at: number, length: number) =>
    tar.toString("utf8", at, at + length).replace(/\0.*$/s, "");
  const files: { name: string; bytes: Buffer }[] = [];
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const regular = tar[at + 156] === 0 || tar[at + 156] === 0x30;
    if (regular)
      files.push({ name: text(at, 100), bytes: tar.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** A cache folder that only this user can write to, since libraries are loaded from it. */
export function cacheFolder(fs: typeof FileSystem): string {
  const os = process.getBuiltinModule("node:os");
  const path = process.getBuiltinModule("node:path");
  const caches = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  try {
    const folder = path.join(caches, "wgrad");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.accessSync(folder, fs.constants.W_OK);
    return folder;
  } catch {
    const folder = path.join(os.tmpdir(), `wgrad-${os.userInfo().uid}`);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = fs.lstatSync(folder);
    if (uid !== os.userInfo().uid || (mode & 0o022) !== 0) {
      throw new Error(
        `other users can write to the cache folder ${folder}\n  hint: set XDG_CACHE_HOME to a folder of your own`,
      );
    }
    return folder;
  }
}
