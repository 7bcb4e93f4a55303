/** Where links and images of pages lead: to a page, to a file of the repository, or nowhere. */
import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pages, repository, root } from "./places.ts";

const isOutside = (href: string): boolean => /^([a-z][a-z+.-]*:|\/\/)/i.test(href);

/**
 * The link as the site has it, or the address of a picture that a page shows. `folders` are those
 * that it may be meant from: of the page, and of files that the page includes. Throws if nothing is
 * there.
 */
export function resolved(
  href: string,
  folders: readonly string[],
  kind: "link" | "picture",
): string {
  if (isOutside(href) || href.startsWith("#") || href.startsWith("/")) return href;
  const [path = "", hash] = href.split("#", 2);
  const at = folders.map((folder) => resolve(folder, decodeURI(path))).find(existsSync);
  if (at === undefined) throw new Error(`a link leads to ${href}, where nothing is`);
  const end = hash === undefined ? "" : `#${hash}`;
  const inside = relative(pages, at);
  // the site has pages and the pictures that they show, no other files of docs/
  if (!inside.startsWith("..") && (kind === "picture" || !/\.(?!md$)\w+$/.test(inside))) {
    if (existsSync(join(at, "index.md"))) return `/${join(inside, "index.md")}${end}`;
    return `/${inside}${end}`;
  }
  const inPackage = /^packages\/(\w+)$/.exec(relative(root, at));
  if (inPackage) return `/api/${inPackage[1]}/index.md${end}`;
  const view = statSync(at).isDirectory() ? "tree" : "blob";
  return `${repository}/${view}/main/${relative(root, at)}${end}`;
}

/** The files that a page takes text from. */
export function included(markdown: string, folder: string): string[] {
  const marks = markdown.matchAll(/<!--\s*@include:\s*(\S+?)\s*-->/g);
  return [...marks].map(([, path]) => join(folder, path as string));
}
