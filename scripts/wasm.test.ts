import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { findChromium } from "./chromium.ts";
import { type Hashes, hashes, type Place } from "./wasm/hashes.ts";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const root = join(import.meta.dirname, "wasm");
const common = { root, configFile: false, logLevel: "error" } as const;

let outDir: string;
let browser: Browser;
const servers: PreviewServer[] = [];

beforeAll(async () => {
  outDir = mkdtempSync(join(tmpdir(), "wgrad-wasm-"));
  await build({
    ...common,
    resolve: { conditions: ["@wgrad/source", "module", "browser", "production"] },
    build: { outDir, emptyOutDir: true, target: "es2022", minify: false },
  });
  const { executablePath, env } = findChromium();
  browser = await chromium.launch({ executablePath, env, args: ["--no-sandbox"] });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
  rmSync(outDir, { recursive: true, force: true });
});

/** The results in a page, cross-origin isolated or not. */
async function inPage(
  headers: Record<string, string>,
  places: readonly Place[],
): Promise<Hashes[]> {
  const server = await preview({
    ...common,
    build: { outDir },
    preview: { headers, port: 0, host: "127.0.0.1" },
  });
  servers.push(server);
  const page = await browser.newPage();
  await page.goto(server.resolvedUrls?.local[0] as string);
  await page.waitForFunction(() => "hashes" in globalThis);
  const found: Hashes[] = [];
  for (const place of places) {
    const run = page.evaluate((given) => {
      return (globalThis as unknown as { hashes: typeof hashes }).hashes(given);
    }, place);
    found.push(await run);
  }
  await page.close();
  return found;
}

const full = inject("tier") === "full";
const steps = full ? ["chain", "mlp", "convnet", "lstm", "gpt"] : ["mlp"];

test("results are equal bit for bit in Node and in Chromium, with any number of threads", {
  timeout: 300_000,
}, async () => {
  const plain = { relaxed: false, steps };
  const { bits, description } = await hashes({ ...plain, threads: 2 });
  expect(description).toBe("WebAssembly, vectors of 128 bits, 2 threads");
  const counts = full ? [1, 2, 4] : [2];
  const isolated = await inPage(isolation, [
    ...counts.map((threads) => ({ ...plain, threads })),
    { threads: 2, steps },
    ...(full ? [{ threads: 1, steps }] : []),
  ]);
  for (const [i, threads] of counts.entries()) {
    expect(isolated[i]?.description).toMatch(`bits, ${threads} thread`);
    expect(isolated[i]?.bits).toEqual(bits);
  }
  // with relaxed SIMD this Chromium multiplies and adds with one rounding
  const relaxed = isolated.slice(counts.length);
  expect(relaxed[0]?.description).toMatch("fused multiply-add");
  expect(relaxed[0]?.bits).not.toEqual(bits);
  for (const other of relaxed) expect(other.bits).toEqual(relaxed[0]?.bits);
  if (full) expect((await hashes({ ...plain, threads: 1 })).bits).toEqual(bits);
});

test("a page that is not isolated has one thread and the same results", {
  timeout: 300_000,
}, async () => {
  const { bits } = await hashes({ relaxed: false, steps: [] });
  const [found] = await inPage({}, [{ relaxed: false, threads: 4, steps: [] }]);
  expect(found?.description).toBe("WebAssembly, vectors of 128 bits, 1 thread");
  expect(found?.bits).toEqual(bits);
});
