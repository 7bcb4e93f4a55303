/** Where links and images of pages lead: to a page, to a file of the repository, or nowhere. */
import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pages, repository, root } from "./places.ts";

const isOutside = (href: string): boolean => /^([a-z][a-z+.-]*:|\/\/)/i.test(href);

/**
 * The link as the site has it. `folders` are those that it may be meant from: of the page, and of
 * files that the page includes. Throws if nothing is there.
 */
export function resolved(href: string, folders: readonly string[]): string {
  if (isOutside(href) || href.startsWith("#") || href.startsWith("/")) return href;
  const [path = "", hash] = href.split("#", 2);
  const at = folders.map((folder) => resolve(folder, decodeURI(path))).find(existsSync);
  if (at === undefined) throw new Error(`a link leads to ${href}, where nothing is`);
  const end = hash === undefined ? "" : `#${hash}`;
  const inside = relative(pages, at);
  if (!inside.startsWith("..")) {
    if (existsSync(join(at, "index.md"))) return `/${join(inside, "index.md")}${end}`;
    return `/${inside}${end}`;
  }
  const inPackage = /^packages\/(\w+)$/.exec(relative(root, at));
  if (inPackage) return `/api/${inPackage[1]}/index.md${end}`;
  const kind = statSync(at).isDirectory() ? "tree" : "blob";
  return `${repository}/${kind}/main/${relative(root, at)}${end}`;
}

/** The files that a page takes text from. */
export function included(markdown: string, folder: string): string[] {
  const marks = markdown.matchAll(/<!--\s*@include:\s*(\S+?)\s*-->/g);
  return [...marks].map(([, path]) => join(folder, path as string));
}
