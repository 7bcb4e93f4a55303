import { ArgumentError } from "@wgrad/autograd";
import { checkCall, describe } from "@wgrad/autograd/plugin";
import { ItemDataset } from "../../datasets/dataset.ts";
import type { Pixels } from "../../images/image-tensor.ts";
import { DataError } from "../../table/error.ts";
import { pathOf, type Source } from "../open.ts";
import { readImage } from "./decode.ts";

/** An image of a folder: its pixels, class and path. */
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

/** Files that are not data: hidden ones, and those that macOS adds to archives. */
const isHidden = (path: string): boolean =>
  path.split(/[\\/]/).some((part) => part.startsWith(".") || part === "__MACOSX");

const pictures = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;
/** File names that Node can decode. */
const decodable = /\.(png|jpe?g)$/i;

/** Images in folders, one folder per class, decoded on demand. Made by `openImageFolder`. */
export class ImageFolder extends ItemDataset<FolderImage> {
  /** Names of the folders, in order; labels are indices into it. */
  readonly classes: readonly string[];
  readonly #samples: readonly Sample[];

  constructor(classes: readonly string[], samples: readonly Sample[]) {
    checkCall("new ImageFolder(classes: string[], samples: array)", arguments);
    super();
    this.classes = classes;
    this.#samples = samples;
  }

  get length(): number {
    return this.#samples.length;
  }

  /** The class of every image, without decoding any. */
  get labels(): Int32Array {
    return Int32Array.from(this.#samples, ({ label }) => label);
  }

  /** Decodes an image. Throws DataError for an invalid index or file. */
  async get(index: number): Promise<FolderImage> {
    checkCall("folder.get(index: number)", arguments);
    const sample = this.#samples[index];
    if (sample === undefined) {
      throw new DataError(
        `ImageFolder: there is no image ${index}; there are ${this.length} images, numbered from 0`,
      );
    }
    const { path, label, source } = sample;
    return { image: await readImage(source), label, path };
  }
}

/**
 * Opens a folder with one folder of images per class, like torchvision's ImageFolder: a path in
 * Node, or the files of `<input webkitdirectory>` in a browser. Classes and files are sorted by
 * name; hidden files are skipped.
 *
 * Throws DataError if the folder is missing, has no folders, or one of these has no images.
 */
export async function openImageFolder(root: string | URL | Iterable<File>): Promise<ImageFolder> {
  checkCall("openImageFolder(root: any)", arguments);
  const isPath = typeof root === "string" || root instanceof URL;
  if (!isPath && typeof root?.[Symbol.iterator] !== "function") {
    throw new ArgumentError(
      "openImageFolder: takes a folder's path or a list of files\n  hint: in a browser pass input.files of <input webkitdirectory>",
    );
  }
  const name = isPath ? String(root) : "the files";
  const files = isPath ? await filesIn(root, name) : chosen(root);
  const classes = [...new Set(files.map(({ folder }) => folder))].sort();
  if (classes.length === 0) {
    throw new DataError(`${name}: it has no folders; it needs one folder of images per class`);
  }
  const samples: Sample[] = [];
  for (const [label, folder] of classes.entries()) {
    const own = files.filter((file) => file.folder === folder && pictures.test(file.path));
    if (own.length === 0) throw new DataError(`${name}: there are no images in folder ${folder}`);
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
    throw new DataError(
      `${name}: browsers cannot read folders; pass the files of an input element`,
    );
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
            ? "is not a folder"
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

/**
 * In a browser, a file's class is the second part of its path; the first is the selected folder.
 */
const chosen = (files: Iterable<File>): Found[] =>
  [...files].flatMap((file): Found[] => {
    const path = file?.webkitRelativePath || file?.name;
    if (typeof path !== "string") {
      throw new ArgumentError(`openImageFolder: ${describe(file)} is no file`);
    }
    const parts = path.split("/");
    return parts.length < 3 || isHidden(parts.slice(1).join("/"))
      ? []
      : [{ folder: parts[1] as string, path, source: file }];
  });
