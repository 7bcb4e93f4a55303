import { ArgumentError, WgradError } from "@wgrad/autograd";
import type { Source } from "@wgrad/autograd/saving";
import { DataError, type DownloadProgress, download } from "@wgrad/datasets";

/** A fault of a pretrained folder. */
export class PretrainedError extends WgradError {
  static override readonly name: string = "PretrainedError";
}

/** The progress of a file. */
export interface PretrainedProgress extends DownloadProgress {
  /** The name of the file in the folder of the model. */
  readonly file: string;
}

/** Settings of the source of files. */
export interface FolderOptions {
  /** Servers with the files of huggingface.co, tried in this order (default: huggingface.co). */
  readonly mirrors?: readonly string[];
  /** Branch, tag or commit of a hub repository (default "main"). */
  readonly revision?: string;
  /** Folder of the cache (Node only). */
  readonly cacheFolder?: string;
  /** Uses the cache only; throws if a file is missing there. */
  readonly offline?: boolean;
  /** SHA-256 by file name; a file with another hash is refused. */
  readonly sha256?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  onProgress?(progress: PretrainedProgress): void;
}

/** The files of a model, from any source. */
export interface Folder {
  readonly name: string;
  /** A file in the form that readers accept, or null if it does not exist. */
  file(name: string): Promise<Source | null>;
}

const HUB = "https://huggingface.co";

/** The folder at a path, a URL, or "hf:owner/name" on the hub. */
export function openFolder(source: string | URL, options: FolderOptions): Folder {
  const text = String(source);
  if (text.startsWith("hf:")) return hubFolder(text.slice("hf:".length), options);
  if (/^https?:/i.test(text)) return remoteFolder(text, [text], options);
  return localFolder(text);
}

/** The function that reads a single file, by its extension. */
const READERS: Readonly<Record<string, string>> = {
  onnx: "use loadOnnx of @wgrad/models/onnx for .onnx files",
  gguf: "use fromGguf for .gguf files",
  pt: "use loadPt for files of torch.save",
  pth: "use loadPt for files of torch.save",
  bin: "pass the folder, which must contain a config.json",
  safetensors: "pass the folder, which must contain a config.json",
};

function localFolder(path: string): Folder {
  const modules = globalThis.process?.getBuiltinModule;
  if (modules === undefined) {
    const base = new URL(path.endsWith("/") ? path : `${path}/`, globalThis.location?.href);
    return remoteFolder(path, [base.href], {});
  }
  const { join } = modules("node:path");
  const { existsSync, statSync } = modules("node:fs");
  const root = path.startsWith("file:") ? modules("node:url").fileURLToPath(path) : path;
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    const reader = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
    const hint = READERS[reader] ?? '"hf:owner/name" is a repository of the hub';
    throw new PretrainedError(`fromPretrained: there is no folder ${path}\n  hint: ${hint}`);
  }
  const file = async (name: string) => (existsSync(join(root, name)) ? join(root, name) : null);
  return { name: path, file };
}

function hubFolder(repository: string, options: FolderOptions): Folder {
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(repository)) {
    throw new ArgumentError(
      `fromPretrained: "hf:${repository}" is not a repository\n  hint: "hf:owner/name"`,
    );
  }
  const { mirrors = [HUB], revision = "main" } = options;
  const bases = mirrors.map(
    (server) => `${server.replace(/\/$/, "")}/${repository}/resolve/${revision}`,
  );
  return remoteFolder(`hf:${repository}`, bases, options);
}

function remoteFolder(name: string, bases: readonly string[], options: FolderOptions): Folder {
  const { cacheFolder: folder, offline, sha256, signal, onProgress } = options;
  return {
    name: offline === true ? `${name} (offline, from the cache)` : name,
    async file(file) {
      const urls = bases.map((base) => `${base.replace(/\/$/, "")}/${file}`);
      const known = sha256?.[file];
      try {
        return await download(urls, {
          ...(folder === undefined
            ? {}
            : { folder: `${folder}/${plain(urls[0] as string, file)}` }),
          ...(offline === undefined ? {} : { offline }),
          ...(known === undefined ? {} : { sha256: known }),
          ...(signal === undefined ? {} : { signal }),
          onProgress: (progress) => onProgress?.({ ...progress, file }),
        });
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        if (offline === true && error.message.includes("is not in the cache")) return null;
        if (/\b404\b/.test(error.message) && !/\b(401|403)\b/.test(error.message)) return null;
        throw new PretrainedError(refusal(name, file, error.message), { cause: error });
      }
    },
  };
}

/** The folder of a repository in a cache. */
const plain = (url: string, file: string): string =>
  new URL(url).pathname.slice(1, -file.length - 1).replace(/[^\w.-]+/g, "--");

function refusal(name: string, file: string, message: string): string {
  const hint = /\b(401|403)\b/.test(message)
    ? "\n  hint: the repository is gated or private: accept its terms on the hub, fetch its files yourself and pass their folder"
    : "";
  return `fromPretrained: ${name}: ${file} is not available\n  ${message}${hint}`;
}

/** A file of a folder as text; null if it does not exist. */
export async function textOf(folder: Folder, name: string): Promise<string | null> {
  const source = await folder.file(name);
  if (source === null) return null;
  if (source instanceof Blob) return source.text();
  const { readFile } = (globalThis.process as NodeJS.Process).getBuiltinModule("node:fs/promises");
  return readFile(source as string, "utf8");
}

/** A JSON file of a folder; null if it does not exist. */
export async function jsonOf(folder: Folder, name: string): Promise<unknown> {
  const text = await textOf(folder, name);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PretrainedError(
      `fromPretrained: ${folder.name}: ${name} is not JSON: ${(error as Error).message}`,
    );
  }
}
