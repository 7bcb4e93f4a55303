import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { ItemDataset } from "../../datasets/dataset.ts";
import type { Pixels } from "../../images/image-tensor.ts";
import { DataError } from "../../table/error.ts";
import { pathOf, type Source } from "../open.ts";
import { readImage } from "./decode.ts";

/** A picture of a folder: its points, its class, and where it lies. */
export interface FolderImage {
  readonly image: Pixels;
  readonly label: number;
  readonly path: string;
}

interface Sample {
  readonly path: string;
  readonly label: number;
  readonly source: Source;
}

/**
 * What systems and programs put beside the data: names that begin with a dot, and what macOS packs
 * along.
 */
const isHidden = (path: string): boolean =>
  path.split(/[\\/]/).some((part) => part.startsWith(".") || part === "__MACOSX");

const pictures = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;
/** What Node decodes. */
const decodable = /\.(png|jpe?g)$/i;

/**
 * Pictures in folders, a class each, decoded one by one as they are asked for. Made by
 * `openImageFolder`.
 */
export class ImageFolder extends ItemDataset<FolderImage> {
  /** Names of the folders, in order; a label is a place in it. */
  readonly classes: readonly string[];
  readonly #samples: readonly Sample[];

  constructor(classes: readonly string[], samples: readonly Sample[]) {
    checkCall("new ImageFolder(classes, samples)", arguments);
    super();
    this.classes = classes;
    this.#samples = samples;
  }

  get length(): number {
    return this.#samples.length;
  }

  /** The class of every picture, without decoding any. */
  get labels(): Int32Array {
    return Int32Array.from(this.#samples, ({ label }) => label);
  }

  /** Throws DataError for a picture there is not, and for a file that is none. */
  async get(index: number): Promise<FolderImage> {
    if (arguments.length > 1) checkCall("folder.get(index: number)", arguments);
    const sample = this.#samples[index];
    if (sample === undefined) {
      throw new DataError(`ImageFolder: no picture ${index}; there are ${this.length}, from 0`);
    }
    const { path, label, source } = sample;
    return { image: await readImage(source), label, path };
  }
}

/**
 * Pictures in a folder that has a folder for each class, as torchvision's ImageFolder: a path in
 * Node, or the files that a browser's `<input webkitdirectory>` gives. Classes and files are in
 * order of their names; hidden ones, whose names begin with a dot, are left out.
 *
 * Throws DataError if there is no such folder, no folder in it, or no picture in one.
 */
export async function openImageFolder(root: string | URL | Iterable<File>): Promise<ImageFolder> {
  checkCall("openImageFolder(root)", arguments);
  const isPath = typeof root === "string" || root instanceof URL;
  if (!isPath && typeof root?.[Symbol.iterator] !== "function") {
    throw new ArgumentError(
      "openImageFolder: takes a folder's path or a list of files\n  hint: in a page input.files of <input webkitdirectory>",
    );
  }
  const name = isPath ? String(root) : "the files";
  const files = isPath ? await filesIn(root, name) : chosen(root);
  const classes = [...new Set(files.map(({ folder }) => folder))].sort();
  if (classes.length === 0) {
    throw new DataError(`${name}: no folders in it; each class has its own, with its pictures`);
  }
  const samples: Sample[] = [];
  for (const [label, folder] of classes.entries()) {
    const own = files.filter((file) => file.folder === folder && pictures.test(file.path));
    if (own.length === 0) throw new DataError(`${name}: no pictures in folder ${folder}`);
    own.sort((a, b) => (a.path < b.path ? -1 : 1));
    samples.push(...own.map(({ path, source }) => ({ path, label, source })));
  }
  return new ImageFolder(classes, samples);
}

interface Found {
  readonly folder: string;
  readonly path: string;
  readonly source: Source;
}

async function filesIn(root: string | URL, name: string): Promise<Found[]> {
  const path = pathOf(root);
  if (path === null)
    throw new DataError(`${name}: a page has no folders; pass the files that an input gives`);
  const { readdir } = globalThis.process.getBuiltinModule("node:fs/promises");
  const { join } = globalThis.process.getBuiltinModule("node:path");
  const list = (folder: string, deep: boolean): ReturnType<typeof entries> => entries(folder, deep);
  async function entries(folder: string, recursive: boolean) {
    try {
      return await readdir(folder, { withFileTypes: true, recursive });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const reason =
        code === "ENOENT"
          ? "there is no such folder"
          : code === "ENOTDIR"
            ? "is no folder"
            : message;
      throw new DataError(`${name}: ${reason}`);
    }
  }
  const folders = (await list(path, false)).filter(
    (entry) => entry.isDirectory() && !isHidden(entry.name),
  );
  const found = await Promise.all(
    folders.map(async ({ name: folder }): Promise<Found[]> => {
      const base = join(path, folder);
      const files = (await list(base, true)).filter((entry) => entry.isFile());
      const own = files
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((file) => !isHidden(file.slice(base.length)));
      return own.length === 0
        ? [{ folder, path: "", source: "" }]
        : own.map((file) => ({ folder, path: decodable.test(file) ? file : "", source: file }));
    }),
  );
  return found.flat();
}

/** A file's folder is the second part of its path: the first is the folder that was chosen. */
const chosen = (files: Iterable<File>): Found[] =>
  [...files].flatMap((file): Found[] => {
    const path = file.webkitRelativePath || file.name;
    const parts = path.split("/");
    return parts.length < 3 || isHidden(parts.slice(1).join("/"))
      ? []
      : [{ folder: parts[1] as string, path, source: file }];
  });
