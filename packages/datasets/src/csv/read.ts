import { CsvError } from "./error.ts";
import { type CsvOptions, parseCsv } from "./parse.ts";
import type { Table } from "./table.ts";

/**
 * Reads a table from a file or an address: a URL, the text of one (`https:`, `http:`, `data:`, `blob:`, `file:`), a Blob
 * or File, and in Node any other text is a path; in a browser it is relative to the page.
 *
 * Throws CsvError if there is nothing to read there, and as `parseCsv`.
 */
export async function readCsv(
  source: string | URL | Blob,
  options: CsvOptions = {},
): Promise<Table> {
  const name = options.name ?? nameOf(source);
  return parseCsv(await textOf(source, name), { ...options, name });
}

function nameOf(source: string | URL | Blob): string {
  if (source instanceof Blob) return "name" in source ? String(source.name) : "CSV";
  return String(source).startsWith("data:") ? "CSV" : String(source);
}

async function textOf(source: string | URL | Blob, name: string): Promise<string> {
  if (source instanceof Blob) return source.text();
  const text = String(source);
  const isAddress = /^(https?|data|blob):/i.test(text);
  const files = isAddress ? undefined : globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (files !== undefined) {
    try {
      return await files.readFile(text.startsWith("file:") ? new URL(text) : text, "utf8");
    } catch (error) {
      throw new CsvError(`${name}: ${reasonOf(error)}`);
    }
  }
  let response: Response;
  try {
    response = await fetch(text);
  } catch (error) {
    throw new CsvError(`${name}: cannot be fetched (${(error as Error).message})`);
  }
  if (!response.ok) throw new CsvError(`${name}: the server answers ${response.status}`);
  return response.text();
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "EACCES") return "may not be read";
  return message;
}
