import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** The projects that can be made, with what each is. */
export const templates = {
  vite: "in a browser, with Vite and TypeScript",
  page: "in a browser, without a bundler",
  node: "in Node",
} as const;

export type Template = keyof typeof templates;

/** What was asked for cannot be made; the text says why and what can. */
export class CreateError extends Error {
  override name = "CreateError";
}

const folder = resolve(import.meta.dirname, "../templates");
/** Filled in when a project is written. npm would not publish a file of the name ".gitignore". */
const NAME = "{{name}}";
const VERSION = "{{version}}";
const renamed: Readonly<Record<string, string>> = { _gitignore: ".gitignore" };

export const isTemplate = (name: string): name is Template => Object.hasOwn(templates, name);

/** A name that npm takes for a package: what the path ends with. */
export function packageNameOf(path: string): string {
  const name = basename(resolve(path)).toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    throw new CreateError(
      `create-wgrad: ${JSON.stringify(path)} is no name for a package\n  hint: letters, digits, ".", "_" and "-", beginning with a letter or a digit`,
    );
  }
  return name;
}

/**
 * Writes a project into the folder `path`, which is new or empty. `version` is that of the packages
 * it depends on.
 *
 * Throws CreateError for a folder with something in it, and for a name that npm does not take.
 */
export function create(path: string, template: Template, version: string): void {
  const name = packageNameOf(path);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new CreateError(
      `create-wgrad: ${path} is not empty\n  hint: another name, or an empty folder`,
    );
  }
  mkdirSync(path, { recursive: true });
  const source = join(folder, template);
  for (const file of readdirSync(source)) {
    cpSync(join(source, file), join(path, renamed[file] ?? file), { recursive: true });
  }
  for (const file of ["package.json", "README.md"]) {
    const text = readFileSync(join(path, file), "utf8");
    writeFileSync(join(path, file), text.replaceAll(NAME, name).replaceAll(VERSION, version));
  }
}
