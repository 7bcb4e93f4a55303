import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { pages } from "../../web/pages.ts";
import {
  faults,
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

describe.each(Object.entries(expected))(
  "%s",
  { timeout: 60_000 },
  (name, { reaches, quick, steps = 20, rises = false }) => {
    test("trains, pauses, steps, resets", async () => {
      const { page, errors } = await opened(name);
      expect(await stepOf(page)).toBe(0);
      await press(page, "One step");
      await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
      const { last: first } = await losses(page);

      await press(page, "Go on");
      const enough = async (): Promise<boolean> =>
        (await stepOf(page)) >= steps || (await stateOf(page)) === "done";
      await expect.poll(enough, { timeout: 30_000 }).toBe(true);
      if ((await stateOf(page)) !== "done") {
        await press(page, "Pause");
        await stateIs(page, "paused");
        const at = await stepOf(page);
        await page.waitForTimeout(200);
        expect(await stepOf(page)).toBe(at);
      }
      const { last } = await losses(page);
      expect(rises ? first - last : last - first).toBeLessThan(0);

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
  },
);

describe("the drawing pad", { timeout: 120_000 }, () => {
  test("classifies what is drawn", async () => {
    const { page, errors } = await opened("digits");
    await press(page, "Start");
    const learned = async (): Promise<boolean> => (await numberOf(page, "accuracy")) >= 90;
    await expect.poll(learned, { timeout: 110_000, interval: 200 }).toBe(true);
    await press(page, "Pause");
    await stateIs(page, "paused");
    for (const [digit, points] of drawings) {
      await press(page, "Clear");
      await draw(page, points);
      await expect.poll(() => page.locator(".verdict").textContent()).toMatch(RegExp(`^${digit},`));
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

/** Digits as one stroke each, from 0 to 1 across and down. */
const drawings: readonly (readonly [number, readonly (readonly [number, number])[]])[] = [
  [0, circle(0.5, 0.5, 0.2, 0.32)],
  [1, [0.15, 0.35, 0.55, 0.7, 0.85].map((y) => [0.5, y] as const)],
];

function circle(
  x: number,
  y: number,
  a: number,
  b: number,
): readonly (readonly [number, number])[] {
  return Array.from({ length: 25 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 24;
    return [x + a * Math.sin(angle), y - b * Math.cos(angle)] as const;
  });
}

async function draw(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
  const pad = page.locator(".pad");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (box === null) throw new Error("there is no pad");
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(points[0] as readonly [number, number]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point));
  await page.mouse.up();
}

const opened = (name: string): Promise<Visit> => openedOn(site, name);

/** First loss, and the smooth one now, as the chart says them. */
async function losses(page: Page): Promise<{ first: number; last: number }> {
  const said = (await page.locator(".chart").getAttribute("aria-label")) ?? "";
  const [first, last] = /: (.+) at first, about (.+) at step/.exec(said)?.slice(1) ?? [];
  return { first: Number(first), last: Number(last) };
}
