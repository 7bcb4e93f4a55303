import type { Locator, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { endings } from "../../web/endings.ts";
import { pages } from "../../web/pages.ts";
import {
  faults,
  goTo,
  hurry,
  losses,
  numberOf,
  oneStep,
  opened as openedOn,
  press,
  slide,
  stateIs,
  stateOf,
  stepOf,
  type Visit,
} from "./demo.ts";
import { collisions, coloursOf, spills } from "./look.ts";
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

test("every page has an answer and three experiments", () => {
  expect(Object.keys(endings).sort()).toEqual(Object.keys(pages).sort());
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

/** The pages' programs are the same on every device: the quick tier takes the one that is fastest without a graphics card. */
const devices = full ? (["wasm", "webgpu"] as const) : (["wasm"] as const);
/** It takes every other page. */
const trials = devices
  .flatMap((device) =>
    Object.entries(expected).map(([name, wanted], number) => ({ device, name, wanted, number })),
  )
  .filter(({ number }) => full || number % 2 === 0);

describe.each(trials)("$name on $device", { timeout: 90_000 }, (trial) => {
  const { device, name, wanted, number } = trial;
  /** The quick tier tries each of the three on every third page. */
  const here = (turn: 0 | 1 | 2): boolean => full || number % 3 === turn;
  const { reaches, quick, steps = 20, rises = false, rate, also = [] } = wanted;
  const on = (address: string): string =>
    `${address}${address.includes("?") ? "&" : "?"}device=${device}`;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    ({ page, errors } = await opened(on(name)));
  }, 60_000);
  afterEach(() => expect(errors).toEqual([]));
  afterAll(() => page.context().close());

  test.runIf(here(0))(
    "trains, pauses, steps and resets by keyboard alone, and the focus stays",
    async () => {
      const [toggle, step, reset] = ["Start", "One step", "Reset"].map((label) =>
        page.getByRole("button", { name: label, exact: true }),
      ) as [Locator, Locator, Locator];
      const focused = (): Promise<string | null> =>
        page.evaluate(() => document.activeElement?.textContent ?? null);
      expect(await stepOf(page)).toBe(0);
      const opens = await page
        .locator(".demo > header, .toolbar, .columns, .summary")
        .allTextContents();
      expect(opens.join(" ")).not.toMatch(/NaN|Infinity|undefined|<unk>|NonDynamically/);
      expect(opens.join(" ")).toContain("Nothing yet: press Start");
      await step.focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
      await stateIs(page, "paused");
      expect(await focused()).toBe("One step");
      const { last: first } = await losses(page);

      await page.keyboard.press("Shift+Tab");
      expect(await focused()).toBe("Resume");
      await page.keyboard.press("Enter");
      const enough = async (): Promise<boolean> =>
        (await stepOf(page)) >= steps || (await stateOf(page)) === "done";
      await expect.poll(enough, { timeout: 30_000 }).toBe(true);
      if ((await stateOf(page)) !== "done") {
        expect(await focused()).toBe("Pause");
        await page.keyboard.press("Enter");
        await stateIs(page, "paused");
        expect(await focused()).toBe("Resume");
        const at = await stepOf(page);
        await page.waitForTimeout(200);
        expect(await stepOf(page)).toBe(at);
      }
      const { last } = await losses(page);
      expect(rises ? first - last : last - first).toBeLessThan(0);
      if (rate !== null && !(await hasRate(page, rate.label))) {
        // It moves by itself: that is said beside the slider.
        expect(await page.locator(".settings").textContent()).toMatch(/During training|warms up/);
      }

      await reset.focus();
      await page.keyboard.press("Enter");
      await stateIs(page, "ready");
      expect(await focused()).toBe("Reset");
      expect(await stepOf(page)).toBe(0);
      await expect(toggle.textContent()).resolves.toBe("Start");
    },
  );

  test.runIf(rate !== null && here(1))(
    "learns at the rate that its slider says, whenever it was moved",
    async () => {
      const { label, other } = rate as NonNullable<typeof rate>;
      const opens = await rateOf(page, label);
      const take = async (count: number): Promise<string[]> => {
        for (let i = 0; i < count; i++) await oneStep(page);
        return page.locator("[data-number=lr], [data-number=loss]").allTextContents();
      };
      const again = async (): Promise<void> => {
        await press(page, "Reset");
        await stateIs(page, "ready");
      };
      const slow = await take(2);
      const [, , later] = [...slow, ...(await take(1)).slice(1)];
      await again();
      await slide(page, label, other);
      const moved = await take(2);
      await again();
      const begun = await take(2);
      expect(moved).toEqual(begun);
      expect(moved).not.toEqual(slow);
      await slide(page, label, opens);
      expect((await take(1))[1]).toBe(later);
      await again();
      expect(await take(2)).toEqual(slow);
      await again();
    },
  );

  test.runIf(here(2))(
    "fits its window, however narrow, and shows its colours where they are forced",
    async () => {
      for (const address of [name, ...also]) {
        if (address !== name) {
          await goTo(page, on(address));
        }
        await oneStep(page);
        if (rate !== null && rate.first !== null) {
          const now = await numberOf(page, "lr");
          expect(now / (await rateOf(page, rate.label))).toBeCloseTo(rate.first, 1);
        }
        // What fits the narrowest window and the widest fits between them, but for what is laid out otherwise.
        for (const width of full ? [320, 390, 1240] : address === name ? [320, 1240] : [320]) {
          await page.setViewportSize({ width, height: 800 });
          await page.waitForTimeout(100);
          expect([address, width, await spills(page)]).toEqual([address, width, []]);
          expect([address, width, await collisions(page)]).toEqual([address, width, []]);
        }
      }
      await page.emulateMedia({ forcedColors: "active" });
      const drawn = page.locator(
        "canvas:visible:not(.pad, .silent), progress, .bar:visible, .near li:visible",
      );
      for (const each of await drawn.all()) {
        expect([await each.getAttribute("aria-label"), await coloursOf(each)]).not.toEqual([
          expect.anything(),
          1,
        ]);
      }
      await page.emulateMedia({ forcedColors: "none" });
      expect(await faults(page, { dense: full })).toEqual([]);
    },
  );

  test.runIf(quick || full)(
    "reaches what it must",
    { timeout: full ? 600_000 : 60_000 },
    async () => {
      await goTo(page, on(`${name}?seed=0`));
      await hurry(page);
      await press(page, "Start");
      await stateIs(page, "done", full ? 590_000 : 50_000);
      expect(await progress(page)).toEqual({
        part: 1,
        words: `all ${(await stepOf(page)).toLocaleString("en")} steps taken`,
      });
      const value = await numberOf(page, reaches.measure);
      expect(value).toBeGreaterThanOrEqual(reaches.least ?? -Infinity);
      expect(value).toBeLessThanOrEqual(reaches.most ?? Infinity);
    },
  );
});

describe("the drawing pad", { timeout: 120_000 }, () => {
  test("classifies what is drawn", async () => {
    const { page, errors } = await opened("digits?device=wasm");
    await press(page, "Start");
    const learned = async (): Promise<boolean> => (await numberOf(page, "accuracy")) >= 90;
    await expect.poll(learned, { timeout: 110_000, interval: 200 }).toBe(true);
    await press(page, "Pause");
    await stateIs(page, "paused");
    for (const [digit, points] of drawings) {
      await press(page, "Clear");
      await draw(page, points);
      await expect
        .poll(() => page.locator(".verdict").textContent())
        .toMatch(RegExp(`^${digit} \\(`));
    }
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe.runIf(full)("a picture of the user's", { timeout: 120_000 }, () => {
  test("is drawn or comes from the camera, and is learned from where it is given to a kind", async () => {
    const { page, errors } = await opened("transfer?device=wasm");
    const teach = (kind: string): Promise<void> =>
      page.getByRole("button", { name: `This is a ${kind}`, exact: false }).click();
    const given = (): Promise<string[]> => page.locator(".kinds small").allTextContents();
    const seen = (): Promise<string> =>
      page
        .locator("canvas[aria-label='What it sees']")
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await teach("face");
    expect(await page.locator(".told").textContent()).toContain("Draw something first");
    const before = await seen();
    await draw(page, circle(0.5, 0.5, 0.3, 0.35));
    await expect.poll(seen).not.toBe(before);
    await teach("face");
    await expect.poll(given).toEqual(["1 of yours", "", "", "", ""]);
    const drawn = await seen();
    await press(page, "Camera");
    await expect.poll(() => page.locator(".told").textContent()).toContain("There is no camera:");
    await page.evaluate(standInCamera);
    await press(page, "Camera");
    await expect.poll(seen, { timeout: 30_000 }).not.toBe(drawn);
    await teach("cup");
    await expect.poll(given).toEqual(["1 of yours", "", "", "", "1 of yours"]);
    await press(page, "Camera off");
    expect(await page.locator(".camera").isVisible()).toBe(false);
    await oneStep(page);
    await press(page, "Forget mine");
    await expect.poll(given).toEqual(["", "", "", "", ""]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

/** This browser has no camera: a canvas whose colour changes stands for one. */
function standInCamera(): void {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  let hue = 0;
  setInterval(() => {
    hue += 20;
    if (context !== null) context.fillStyle = `hsl(${hue} 80% 50%)`;
    context?.fillRect(0, 0, canvas.width, canvas.height);
  }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
}

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

/** The rate that its slider shows. */
const rateOf = async (page: Page, label: string): Promise<number> => {
  const slider = page.getByLabel(label, { exact: true }).and(page.locator("input:visible"));
  return Number(await slider.getAttribute("aria-valuetext"));
};

/** Whether the rate among the numbers is that of the slider; where there is none among them, it is. */
async function hasRate(page: Page, label: string): Promise<boolean> {
  if (!(await page.locator("[data-number=lr]").isVisible())) return true;
  return (await numberOf(page, "lr")) === (await rateOf(page, label));
}

const progress = async (page: Page): Promise<{ part: number; words: string | null }> => ({
  part: await page.locator("progress").evaluate((bar) => (bar as HTMLProgressElement).value),
  words: await page.locator(".progress-words").textContent(),
});

const opened = (name: string): Promise<Visit> => openedOn(site, name);
