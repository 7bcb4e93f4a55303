import { checkCall } from "../signature.ts";
import { SavingError } from "./error.ts";

/** A file in the browser's private file system of this origin. */
export class OpfsFile {
  /** Its folders and name, separated by slashes. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The platform's handle. `create` makes missing files and folders. */
  async handle(create: boolean): Promise<FileSystemFileHandle> {
    const storage = globalThis.navigator?.storage as StorageManager | undefined;
    if (typeof storage?.getDirectory !== "function") {
      throw new SavingError(
        `opfs: this platform has no private file system for ${JSON.stringify(this.path)}` +
          "\n  hint: browsers have it on https pages and localhost; in Node pass the path itself",
      );
    }
    const folders = this.path.split("/").filter((part) => part !== "");
    const name = folders.pop();
    if (name === undefined) throw new SavingError("opfs: the path is empty");
    let folder = await storage.getDirectory();
    for (const part of folders) folder = await folder.getDirectoryHandle(part, { create });
    return folder.getFileHandle(name, { create });
  }
}

/**
 * A file under this path in the browser's private file system (OPFS). It stays after the page is
 * closed.
 */
export function opfs(path: string): OpfsFile {
  checkCall("opfs(path: string)", arguments);
  return new OpfsFile(path);
}
