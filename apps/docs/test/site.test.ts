import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { findChromium, fontsFile, softwareWebGPU } from "../../../scripts/chromium.ts";
import { packages } from "../src/parts.ts";
import { pages, root, site } from "../src/places.ts";
import { samplesIn } from "../src/samples.ts";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const origin = "http://localhost:4173"; // nothing listens: the browser is given the files

const has = (path: string): boolean =>
  samplesIn(readFileSync(path, "utf8")).some(({ node }) => !node);

/** Pages with programs that a page can run: those of docs/, and READMEs on the packages' pages. */
const pagesWithSamples = [
  ...readdirSync(pages, { recursive: true, encoding: "utf8" })
    .filter((name) => /^(?!api\b).*\.md$/.test(name) && has(join(pages, name)))
    .map((name) => name.slice(0, -3)),
  ...packages
    .filter((name) => has(join(root, "packages", name, "README.md")))
    .map((name) => `api/${name}/index`),
];

describe.skipIf(inject("tier") !== "full")("the site", () => {
  let browser: Browser;

  beforeAll(async () => {
    execFileSync("pnpm", ["run", "docs"], { cwd: root, stdio: "pipe" });
    const { executablePath, env } = findChromium();
    const args = ["--no-sandbox", ...softwareWebGPU];
    const fonts = { FONTCONFIG_FILE: fontsFile(folder, executablePath) };
    browser = await chromium.launch({ executablePath, env: { ...env, ...fonts }, args });
  }, 1_200_000);
  const folder = mkdtempSync(join(tmpdir(), "wgrad-docs-"));
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** A page of the site, and what its console says against it. */
  async function open(path: string): Promise<{ page: Page; faults: string[] }> {
    // the worker that keeps the gallery would ask a server
    const page = await browser.newPage({ serviceWorkers: "block" });
    const faults: string[] = [];
    page.on("pageerror", (error) => void faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.route(`${origin}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      const at = join(site, decodeURIComponent(pathname));
      const file = existsSync(at) && statSync(at).isDirectory() ? join(at, "index.html") : at;
      if (!existsSync(file)) return route.fulfill({ status: 404, body: "" });
      const contentType = types[extname(file)] ?? "application/octet-stream";
      return route.fulfill({ contentType, body: readFileSync(file) });
    });
    await page.goto(`${origin}/${path}`);
    return { page, faults };
  }

  test.each(pagesWithSamples)(
    "%s: every sample runs when its button is pressed",
    async (name) => {
      const { page, faults } = await open(`${name}.html`);
      const samples = page.locator(".sample");
      await samples.first().waitFor();
      for (const sample of await samples.all()) {
        const device = sample.locator("select");
        if ((await device.count()) > 0) await device.selectOption("wasm");
        await sample.getByRole("button", { name: "Run" }).click();
        await expect
          .poll(() => sample.getAttribute("data-state"), { timeout: 60_000 })
          .not.toBe("running");
        const output = (await sample.locator(".sample-output").allTextContents()).join("\n");
        expect(await sample.getAttribute("data-state"), output).toBe("done");
      }
      expect(faults).toEqual([]);
      await page.close();
    },
    300_000,
  );

  test("a sample runs on WebGPU too, and says what is wrong when it fails", async () => {
    const { page } = await open("index.html");
    const sample = page.locator(".sample").first();
    await sample.locator("select").selectOption("webgpu");
    await sample.getByRole("button", { name: "Run" }).click();
    await expect
      .poll(() => sample.getAttribute("data-state"), { timeout: 100_000 })
      .toMatch(/done|failed/);
    const printed = await sample.locator(".sample-output").textContent();
    expect(printed).toMatch(/^60 [\d.e-]+$/m);
    expect(await sample.getAttribute("data-state"), printed ?? "").toBe("done");
    await page.close();
  }, 120_000);

  test("search finds words of guides and of the reference", async () => {
    const { page, faults } = await open("index.html");
    for (const [word, path] of [
      ["safetensors", "/training"],
      ["scaledDotProductAttention", "/api/"],
    ] as const) {
      await page.getByRole("button", { name: "Search" }).first().click();
      await page.locator("#localsearch-input").fill(word);
      const found = page.locator(`.VPLocalSearchBox a.result[href*="${path}"]`).first();
      await found.waitFor({ timeout: 30_000 });
      await found.click();
      await page.waitForURL(`**${path}**`);
    }
    expect(faults).toEqual([]);
    await page.close();
  }, 120_000);

  test("the gallery opens below it", async () => {
    const { page, faults } = await open("gallery/index.html");
    await page.getByRole("link").first().waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });

  test.each([
    ["api/nn/classes/LSTM.html", "split₄(x Wᵢₕᵀ + bᵢₕ + h Wₕₕᵀ + bₕₕ)"],
    ["api/autograd/families/nn/index.html", "[N, O, H', W']"],
    ["api/autograd/classes/Tensor.html", "backward"],
    ["decisions/0009-loops.html", "WGSL"],
    ["contributing.html", "The import rule"],
  ])("%s says %s", async (path, words) => {
    const { page, faults } = await open(path);
    expect(await page.locator("main").textContent()).toContain(words);
    expect(faults).toEqual([]);
    await page.close();
  });

  test("no page is wider than a phone", async () => {
    for (const path of ["index", "getting-started", "peers", "results", "api/nn/classes/LSTM"]) {
      const { page } = await open(`${path}.html`);
      await page.setViewportSize({ width: 390, height: 844 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(390);
      await page.close();
    }
  }, 60_000);
});
