import axe from "axe-core";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { pages } from "../../web/pages.ts";
import {
  numberOf,
  opened as openedOn,
  press,
  stateIs,
  stateOf,
  stepOf,
  type Visit,
} from "./demo.ts";
import { expected } from "./pages.ts";
import { openSite, type Site, visit } from "./site.ts";

const STEPS = 20;
const full = inject("tier") === "full";
let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site.close());

test("every page has its line in the table of these tests", () => {
  expect(Object.keys(expected).sort()).toEqual(Object.keys(pages).sort());
});

test("the gallery shows every page, and opens one", async () => {
  const { page, errors } = await visit(site, "");
  const cards = page.locator(".card");
  expect(await cards.count()).toBe(Object.keys(pages).length);
  expect(await faults(page)).toEqual([]);
  await cards.first().click();
  await stateIs(page, "ready");
  expect(errors).toEqual([]);
  await page.context().close();
});

describe.each(Object.entries(expected))("%s", { timeout: 60_000 }, (name, { reaches, quick }) => {
  test("trains, pauses, steps, resets", async () => {
    const { page, errors } = await opened(name);
    expect(await stepOf(page)).toBe(0);
    await press(page, "One step");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
    const { last: first } = await losses(page);

    await press(page, "Go on");
    const enough = async (): Promise<boolean> =>
      (await stepOf(page)) >= STEPS || (await stateOf(page)) === "done";
    await expect.poll(enough, { timeout: 30_000 }).toBe(true);
    if ((await stateOf(page)) !== "done") {
      await press(page, "Pause");
      await stateIs(page, "paused");
      const at = await stepOf(page);
      await page.waitForTimeout(200);
      expect(await stepOf(page)).toBe(at);
    }
    expect((await losses(page)).last).toBeLessThan(first);

    await press(page, "Reset");
    await stateIs(page, "ready");
    expect(await stepOf(page)).toBe(0);
    expect(await faults(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test.runIf(quick || full)(
    "reaches what it must",
    { timeout: full ? 600_000 : 60_000 },
    async () => {
      const { page, errors } = await opened(name);
      await press(page, "Start");
      await stateIs(page, "done", full ? 590_000 : 50_000);
      const value = await numberOf(page, reaches.measure);
      expect(value).toBeGreaterThanOrEqual(reaches.least ?? -Infinity);
      expect(value).toBeLessThanOrEqual(reaches.most ?? Infinity);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );
});

const opened = (name: string): Promise<Visit> => openedOn(site, name);

/** First loss, and the smooth one now, as the chart says them. */
async function losses(page: Page): Promise<{ first: number; last: number }> {
  const said = (await page.locator(".chart").getAttribute("aria-label")) ?? "";
  const [first, last] = /: (.+) at first, about (.+) at step/.exec(said)?.slice(1) ?? [];
  return { first: Number(first), last: Number(last) };
}

/** What axe calls serious or worse. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
