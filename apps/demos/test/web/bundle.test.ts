import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hurry, opened, press, stateIs } from "./demo.ts";
import { openSite, type Site, visit } from "./site.ts";

const LIMIT = 300_000;
/** What the library outgrew it by, and what a page without a graphics card loads too: docs/decisions/0005-bundle-size.md says why. */
const [LIBRARY, SECOND_DEVICE] = [70_500, 25_500];
/** What a page has beside its training: its worker's protocol, sharing, runs to compare, tips, answers, looks inside. */
const AROUND = 28_000;
/** The choice of a language, and the list of its tables for page and worker; the tables themselves come when chosen. */
const LANGUAGES = 4_500;
let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site.close());

/** What has been fetched, by the thread that asked for it. */
async function fetched(name: string) {
  const { page } = await visit(site, "");
  const files: string[] = [];
  page.on("request", (request) => files.push(new URL(request.url()).pathname));
  await page.goto(`${site.url}?fresh#/${name}`);
  if (name !== "") await stateIs(page, "ready");
  const path = new URL(site.url).pathname;
  const named = files.map((file) => file.slice(path.length) || "index.html");
  const pageScripts: string[] = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => name),
  );
  await page.context().close();
  return {
    files: [...new Set(named)],
    pageScripts: pageScripts.map((url) => url.slice(site.url.length)),
  };
}

const text = (file: string): Buffer => readFileSync(join(site.folder, file));
const isData = (file: string): boolean => /\.(csv|gz)$/.test(file);
const packed = (files: readonly string[]): number =>
  files.filter((file) => !isData(file)).reduce((sum, file) => sum + gzipSync(text(file)).length, 0);

describe("the built site", { timeout: 60_000 }, () => {
  test("is small: the gallery under 300 kB packed, a page with its worker and the library under 403, 428 without a graphics card", async () => {
    const gallery = packed((await fetched("")).files);
    const housing = packed((await fetched("housing?device=webgpu")).files);
    const searching = packed((await fetched("housing")).files);
    console.log(`gallery ${gallery} bytes, housing ${housing}, without a GPU ${searching}`);
    expect(gallery).toBeLessThan(LIMIT);
    expect(housing).toBeLessThan(LIMIT + LIBRARY + AROUND + LANGUAGES);
    expect(searching).toBeLessThan(LIMIT + LIBRARY + AROUND + LANGUAGES + SECOND_DEVICE);
  });

  test("has nothing of the library on the page's thread", async () => {
    const { files, pageScripts } = await fetched("housing");
    const scripts = pageScripts.filter((file) => file.endsWith(".js") && !/worker/.test(file));
    expect(scripts.length).toBeGreaterThan(1);
    const touching = (file: string): boolean =>
      /requestAdapter|createComputePipeline/.test(String(text(file)));
    expect(scripts.filter(touching)).toEqual([]);
    expect(files.filter((file) => file.endsWith(".js")).some(touching)).toBe(true);
  });

  test("needs no network once it is loaded", async () => {
    const { page, errors } = await opened(site, "housing");
    await page.context().setOffline(true);
    await hurry(page);
    await press(page, "Start");
    await stateIs(page, "done");
    await press(page, "Reset");
    await stateIs(page, "ready");
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
