import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, preview } from "vite";

/** A served page. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Headers that let pages share memory between threads, which WebAssembly needs for more than one.
 */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Bundles the page with all libraries and serves it. */
export async function openSite(): Promise<Site> {
  const outDir = mkdtempSync(join(tmpdir(), "wgrad-bench-"));
  const root = import.meta.dirname;
  const common = { root, configFile: false, logLevel: "error" } as const;
  await build({
    ...common,
    build: { outDir, emptyOutDir: true, target: "es2022", minify: false },
  });
  const server = await preview({
    ...common,
    build: { outDir },
    preview: { headers, port: 0, host: "127.0.0.1" },
  });
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}
