/** Links, anchors and images of the built site: each leads to something in it. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const unescaped = (text: string): string =>
  text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");

/** Places that a page can be entered at. */
const idsOf = (html: string): Set<string> =>
  new Set([...html.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => unescaped(id as string)));

/** What leads nowhere, in all pages of the site but the gallery's, which has its own tests. */
export function checkSite(site: string, base: string): string[] {
  const names = readdirSync(site, { recursive: true, encoding: "utf8" });
  const pages = names.filter((name) => name.endsWith(".html") && !/^(gallery|sample)\b/.test(name));
  const ids = new Map<string, Set<string>>();
  const idsAt = (path: string): Set<string> => {
    const found = ids.get(path) ?? idsOf(readFileSync(path, "utf8"));
    ids.set(path, found);
    return found;
  };
  return pages.flatMap((name) => {
    const page = join(site, name);
    const html = readFileSync(page, "utf8").replaceAll(/<script[\s\S]*?<\/script>/g, "");
    const links = new Set([...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, to]) => to));
    return [...links].flatMap((raw) => {
      const link = unescaped(raw as string);
      if (/^([a-z][a-z+.-]*:|\/\/)/i.test(link)) return [];
      const [path = "", hash = ""] = link.split("#", 2);
      const asked = decodeURIComponent(path.split("?")[0] ?? "");
      const at = asked.startsWith(base)
        ? join(site, asked.slice(base.length))
        : resolve(dirname(page), asked);
      const file = asked === "" ? page : fileAt(at);
      if (file === undefined || relative(site, file).startsWith("..")) {
        return [`${name}: nothing is at ${link}`];
      }
      const anchor = decodeURIComponent(hash);
      if (anchor === "" || !file.endsWith(".html") || idsAt(file).has(anchor)) return [];
      return [`${name}: ${link} has no place of that name`];
    });
  });
}

/** The file that a server gives for a path. */
function fileAt(path: string): string | undefined {
  const found = [path, join(path, "index.html"), `${path}.html`];
  return found.find((file) => existsSync(file) && statSync(file).isFile());
}
