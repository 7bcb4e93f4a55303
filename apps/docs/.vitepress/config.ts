import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { transformerTwoslash } from "@shikijs/vitepress-twoslash";
import { createFileSystemTypesCache } from "@shikijs/vitepress-twoslash/cache-fs";
import ts from "typescript";
import { defineConfig, type MarkdownRenderer } from "vitepress";
import { included, resolved } from "../src/links.ts";
import { app, pages, preview, repository, site } from "../src/places.ts";
import { isSample } from "../src/samples.ts";
import { sidebar } from "../src/sidebar.ts";

/** The site's place on its server. */
const base = process.env.WGRAD_SITE_BASE ?? "/";

/** Links of pages are links of the repository: they work there and here. */
function links(md: MarkdownRenderer): void {
  md.core.ruler.push("links-of-the-repository", ({ tokens, env }) => {
    const path: string | undefined = env.realPath ?? env.path;
    if (path === undefined) return; // a title alone
    const page = readFileSync(path, "utf8");
    const folder = dirname(path);
    const folders = [folder, ...included(page, folder).map((file) => dirname(file))];
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const name = token.type === "link_open" ? "href" : token.type === "image" ? "src" : undefined;
      const href = name && token.attrGet(name);
      const kind = name === "src" ? "picture" : "link";
      if (name && href) token.attrSet(name, resolved(href, folders, kind));
    }
  });
}

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };

/** A program has a button that runs it. */
function runnable(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence as NonNullable<typeof md.renderer.rules.fence>;
  md.renderer.rules.fence = (tokens, at, options, env, self) => {
    const { info, content } = tokens[at] as (typeof tokens)[number];
    // the fence rule changes the token
    const runs = isSample(info.trim(), content) && !info.includes("node");
    const shown = fence(tokens, at, options, env, self);
    if (!runs) return shown;
    const { outputText } = ts.transpileModule(content, { compilerOptions });
    return `<RunSample program="${encodeURIComponent(outputText)}">${shown}</RunSample>`;
  };
}

const wide = new Set(["results.md", "compatibility.md", "peers.md", "from-tensorflow-js.md"]);

/** What the compiler says against the pages' programs. */
const faults: string[] = [];

export default defineConfig({
  title: "wgrad",
  description: "Deep learning for TypeScript that reads like PyTorch and trains on WebGPU.",
  lang: "en",
  base,
  srcDir: pages,
  outDir: site,
  cacheDir: `${app}/node_modules/.cache/vitepress`,
  lastUpdated: false,
  // src/check.ts follows these when the gallery is there
  ignoreDeadLinks: [/^\/gallery\//],
  head: [
    ["link", { rel: "icon", href: `${base}icon.svg`, type: "image/svg+xml" }],
    ["meta", { property: "og:type", content: "website" }],
    ["meta", { property: "og:site_name", content: "wgrad" }],
    ["meta", { property: "og:image", content: preview.address }],
    ["meta", { property: "og:image:width", content: `${preview.width}` }],
    ["meta", { property: "og:image:height", content: `${preview.height}` }],
    ["meta", { property: "og:image:alt", content: preview.alt }],
    ["meta", { name: "twitter:card", content: "summary_large_image" }],
  ],
  transformHead: ({ title, description }) => [
    ["meta", { property: "og:title", content: title }],
    ["meta", { property: "og:description", content: description }],
  ],
  vite: {
    publicDir: `${app}/public`,
    // the pages lie outside the package that has VitePress
    server: { fs: { allow: [`${app}/../..`] } },
    build: { chunkSizeWarningLimit: 20_000 },
  },
  transformPageData(page) {
    // tables of many columns take the place of the outline
    if (wide.has(page.relativePath)) page.frontmatter.aside = false;
  },
  buildEnd() {
    if (faults.length > 0) throw new Error(`programs do not compile:\n${faults.join("\n\n")}`);
  },
  markdown: {
    config(md) {
      links(md);
      runnable(md);
    },
    codeTransformers: [
      // made for a later shiki than VitePress's, and the same for it
      transformerTwoslash({
        // parts of a project that is shown in files are compiled in it
        filter: (lang, code, { meta }) => isSample(`${lang} ${meta?.__raw ?? ""}`.trim(), code),
        onTwoslashError: (error, code) => void faults.push(`${code}\n${(error as Error).message}`),
        typesCache: createFileSystemTypesCache({ dir: `${app}/node_modules/.cache/twoslash` }),
      }) as never,
    ],
  },
  themeConfig: {
    logo: "/icon.svg",
    nav: [
      { text: "Guide", link: "/getting-started" },
      { text: "Reference", link: "/api/autograd/" },
      { text: "Gallery", link: "/gallery/", target: "_self" },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
    footer: { message: "MIT licence" },
  },
});
