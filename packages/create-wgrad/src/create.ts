import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** The project templates with their descriptions. */
export const templates = {
  vite: "in a browser, with Vite and TypeScript",
  page: "in a browser, without a bundler",
  node: "in Node",
} as const;

/** The name of a template. */
export type Template = keyof typeof templates;

/** The project cannot be created; the message gives the reason and the cure. */
export class CreateError extends Error {
  override name = "CreateError";
}

const folder = resolve(import.meta.dirname, "../templates");
/**
 * Placeholders in the templates. npm does not publish files named ".gitignore", so they are
 * renamed.
 */
const NAME = "{{name}}";
const VERSION = "{{version}}";
const renamed: Readonly<Record<string, string>> = { _gitignore: ".gitignore" };

/** Whether a template has this name. */
export const isTemplate = (name: string): name is Template => Object.hasOwn(templates, name);

/** The npm package name for a path: its last part. */
export function packageNameOf(path: string): string {
  const name = basename(resolve(path)).toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    throw new CreateError(
      `create-wgrad: ${JSON.stringify(path)} is not a valid package name\n  hint: use letters, digits, ".", "_" and "-", and start with a letter or a digit`,
    );
  }
  return name;
}

/**
 * Creates a project in the folder `path`, which must be new or empty. `version` is the version of
 * the packages that it depends on.
 *
 * Throws CreateError for a folder that is not empty and for an invalid name.
 */
export function create(path: string, template: Template, version: string): void {
  const name = packageNameOf(path);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new CreateError(
      `create-wgrad: ${path} is not empty\n  hint: use another name, or an empty folder`,
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
