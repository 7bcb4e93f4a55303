import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { lossesIn } from "./demo.ts";
import { expected } from "./pages.ts";
import { type Served, serveSite } from "./site.ts";

const folders = (process.env.PATH ?? "").split(delimiter);
/** $FIREFOX_PATH, else the system's. */
const firefox =
  process.env.FIREFOX_PATH ??
  ["firefox-esr", "firefox"]
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(existsSync);

/** One that draws with Plot and one that draws on a canvas; all in the full tier. */
const names = inject("tier") === "full" ? Object.keys(expected) : ["housing", "boundary"];

test.skipIf(firefox !== undefined)("Firefox is tried", ({ skip }) =>
  skip("there is none: neither $FIREFOX_PATH nor firefox-esr or firefox on the path"),
);

describe.skipIf(firefox === undefined)("in Firefox", { timeout: 120_000 }, () => {
  let site: Served;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    site = await serveSite();
    browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: firefox as string,
      timeout: 90_000,
    });
    page = await browser.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(site.url, { timeout: 60_000 });
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  const has = (selector: string): Promise<unknown> =>
    page.waitForSelector(selector, { timeout: 60_000 });
  const focused = (): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.textContent ?? null);

  test.each(names)("%s says where it computes, and trains, pauses and resets", async (name) => {
    const { steps = 20, rises = false } = expected[name] ?? {};
    await page.evaluate((hash) => {
      document.querySelector(".demo")?.remove();
      location.hash = hash;
    }, `#/${name}`);
    await has(".demo[data-state=ready]");
    const device = await page.$eval(".device", (element) => element.textContent);
    expect(device).toMatch(/^Computing on (the processor: WebAssembly|WebGPU: )/);

    await page.locator(".toolbar ::-p-text(Start)").click();
    await page.waitForFunction(
      (least) => {
        const { step, state } = document.querySelector<HTMLElement>(".demo")?.dataset ?? {};
        return Number(step) >= least || state === "done";
      },
      { timeout: 60_000 },
      steps,
    );
    if ((await focused()) === "Pause") await page.keyboard.press("Enter");
    await has(".demo:is([data-state=paused], [data-state=done])");
    expect(await focused()).toMatch(/^(Resume|Train again)$/);
    const numbers = await page.$$eval("[data-number]", (cells) =>
      cells.map((cell) => cell.textContent ?? ""),
    );
    // A clock that stands still between two steps makes their rate infinite.
    expect(numbers.filter((text) => /NaN|Infinity|undefined/.test(text))).toEqual([]);
    const said = await page.$eval(".chart", (chart) => chart.getAttribute("aria-label") ?? "");
    const { first, last } = lossesIn(said);
    expect(rises ? first - last : last - first).toBeLessThan(0);

    await page.locator(".toolbar ::-p-text(Reset)").click();
    await has(".demo[data-state=ready]");
    expect(await focused()).toBe("Reset");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(
      true,
    );
    expect(errors).toEqual([]);
  });
});
