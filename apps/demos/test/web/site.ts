import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
import { build, preview } from "vite";
import { findChromium, fontsFile, softwareWebGPU } from "../../../../scripts/chromium.ts";

const configFile = new URL("../../vite.config.ts", import.meta.url).pathname;
/** A name for this machine that browsers do not take for it: what it serves is no secure address. */
export const INSECURE = "gallery.test";

/** The built gallery in a sub-folder of a server. */
export interface Served {
  /** Where the files are. */
  readonly folder: string;
  readonly url: string;
  close(): Promise<void>;
}

/** The same, and a browser to look at it with. */
export interface Site extends Served {
  readonly browser: Browser;
}

/** Files of tests that share a process share the build. */
let built: Promise<string> | undefined;

async function buildOnce(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-gallery-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  // The site as it is published: in a test run Vite would take it for one in development.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  try {
    await build({ configFile, logLevel: "error", build: { outDir: folder } });
  } finally {
    process.env.NODE_ENV = NODE_ENV;
  }
  return folder;
}

export async function serveSite(): Promise<Served> {
  built ??= buildOnce();
  const folder = await built;
  const server = await preview({
    configFile,
    base: "/some/where/",
    logLevel: "error",
    build: { outDir: folder },
    preview: { port: 0, host: "127.0.0.1", allowedHosts: [INSECURE] },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error("the preview server has no address");
  return { folder, url, close: () => server.close() };
}

export async function openSite({ gpu = true }: { readonly gpu?: boolean } = {}): Promise<Site> {
  const { folder, url, close } = await serveSite();
  const { executablePath, env } = findChromium();
  const resolved = `--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`;
  const args = ["--no-sandbox", resolved, ...(gpu ? softwareWebGPU : [])];
  const fonts = { FONTCONFIG_FILE: fontsFile(folder, executablePath) };
  const browser = await chromium.launch({ executablePath, env: { ...env, ...fonts }, args });
  return {
    folder,
    url,
    browser,
    async close() {
      await browser.close();
      await close();
    },
  };
}

/** A visit to one page of the gallery, and what went wrong on it. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, warnings of the library's, and uncaught errors. */
  readonly errors: string[];
}

export async function visit(
  { browser, url }: Site,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  // What is kept offline would come between a test and the server.
  const context = await browser.newContext({
    locale: "en-GB",
    serviceWorkers: "block",
    ...options,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    const [kind, text] = [message.type(), message.text()];
    if (kind === "error" || (kind === "warning" && text.startsWith("wgrad"))) errors.push(text);
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${url}#/${name}`);
  return { page, errors };
}
