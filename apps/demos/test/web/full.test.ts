import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { pages } from "../../web/pages.ts";
import { opened, press, stateIs, stepOf, watchTasks } from "./demo.ts";
import { openSite, type Site, visit } from "./site.ts";

const sheet = new URL("../../../../docs/gallery.png", import.meta.url).pathname;
const looks = [
  { name: "light, desktop", colorScheme: "light", viewport: { width: 1240, height: 1150 } },
  { name: "dark, desktop", colorScheme: "dark", viewport: { width: 1240, height: 1150 } },
  { name: "light, phone", colorScheme: "light", viewport: { width: 390, height: 1150 } },
  { name: "dark, phone", colorScheme: "dark", viewport: { width: 390, height: 1150 } },
] as const;

describe.runIf(inject("tier") === "full")("all pages", { timeout: 1_200_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 120_000);
  afterAll(() => site.close());

  test("on one sheet, light and dark, on a desktop and a phone", async () => {
    const shots: { readonly caption: string; readonly png: string }[] = [];
    for (const name of ["", ...Object.keys(pages)]) {
      for (const { name: look, ...options } of looks) {
        const { page, errors } = await visit(site, name, options);
        if (name !== "") {
          await stateIs(page, "ready");
          await press(page, "Start");
          await page.waitForTimeout(4000);
        }
        const png = (await page.screenshot()).toString("base64");
        shots.push({ caption: `${name || "gallery"}: ${look}`, png });
        expect(errors).toEqual([]);
        await page.context().close();
      }
    }
    const { page } = await visit(site, "", { viewport: { width: 1600, height: 1000 } });
    const figures = shots.map(
      ({ caption, png }) =>
        `<figure><img src="data:image/png;base64,${png}"><figcaption>${caption}</figcaption></figure>`,
    );
    await page.setContent(
      `<style>body{margin:20px;display:grid;align-items:end;grid-template-columns:3.18fr 3.18fr 1fr 1fr;gap:14px;font:13px sans-serif;background:#888}
       figure{margin:0}img{width:100%;display:block;margin-bottom:4px}</style>${figures.join("")}`,
    );
    writeFileSync(sheet, await page.screenshot({ fullPage: true }));
    await page.context().close();
  });

  test("the page's thread has no long task while it trains", async () => {
    const long: Record<string, number[]> = {};
    for (const name of Object.keys(pages)) {
      const { page } = await opened(site, name);
      await watchTasks(page);
      await press(page, "Start");
      await page.waitForTimeout(8000);
      long[name] = await page.evaluate(() => window.longTasks);
      await page.context().close();
    }
    console.log(`tasks over 50 ms while training: ${JSON.stringify(long)}`);
    expect(Object.values(long).flat()).toEqual([]);
  });

  test("device memory is flat over two thousand steps", async () => {
    const { page } = await opened(site, "boundary");
    await press(page, "Start");
    const memory = (): Promise<string | null> => page.locator("[data-number=memory]").textContent();
    await expect.poll(() => stepOf(page), { timeout: 120_000 }).toBeGreaterThan(100);
    const early = await memory();
    await stateIs(page, "done", 600_000);
    expect(await stepOf(page)).toBeGreaterThan(2100);
    expect(await memory()).toBe(early);
    await page.context().close();
  });
});
