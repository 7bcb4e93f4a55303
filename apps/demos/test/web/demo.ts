import axe from "axe-core";
import type { BrowserContextOptions, Page } from "playwright";
import { expect } from "vitest";
import { type Site, type Visit, visit } from "./site.ts";

/** A demo of the gallery as its user handles it. */
export async function opened(
  site: Site,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const made = await visit(site, name, options);
  await stateIs(made.page, "ready");
  return made;
}

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).click();

/** Puts a slider on one of its values, as its user does. */
export async function slide(page: Page, label: string, value: number): Promise<void> {
  const slider = page.getByLabel(label, { exact: true }).and(page.locator("input:visible"));
  await slider.focus();
  await page.keyboard.press("Home");
  for (;;) {
    const text = await slider.getAttribute("aria-valuetext");
    if (Number(text) === value) return;
    await page.keyboard.press("ArrowRight");
    if ((await slider.getAttribute("aria-valuetext")) === text) {
      throw new Error(`${label} has no place for ${value}`);
    }
  }
}

/** Takes one step and waits for it. */
export async function oneStep(page: Page): Promise<void> {
  const before = await stepOf(page);
  await press(page, "One step");
  await page.waitForFunction(
    (step) => Number(document.querySelector<HTMLElement>(".demo")?.dataset.step) > step,
    before,
    { timeout: 30_000 },
  );
  await page.locator(".demo:is([data-state=paused], [data-state=done])").waitFor();
}

/** What the chart says of the losses: the first one, and where the smooth line is now. */
export const losses = async (page: Page): Promise<{ first: number; last: number }> =>
  lossesIn((await page.locator(".chart").getAttribute("aria-label")) ?? "");

export function lossesIn(said: string): { first: number; last: number } {
  const [first, last] = /: ([^:]+) at first, about (.+) at step/.exec(said)?.slice(1) ?? [];
  return { first: Number(first), last: Number.parseFloat(last ?? "") };
}

export const stateOf = (page: Page): Promise<string | null> =>
  page.locator(".demo").getAttribute("data-state");

export async function stateIs(page: Page, state: string, timeout = 30_000): Promise<void> {
  await page.locator(`.demo[data-state=${state}]`).waitFor({ timeout });
}

export const stepOf = async (page: Page): Promise<number> =>
  Number(await page.locator(".demo").getAttribute("data-step"));

export const numberOf = async (page: Page, name: string): Promise<number> =>
  Number(
    ((await page.locator(`[data-number=${name}]`).textContent()) ?? "").replaceAll(/[,%]/g, ""),
  );

/** Forgets the trainings that a visit has kept. */
const forgetTrainings = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    // To open what is not there yet would make it, without its stores.
    const known = await indexedDB.databases();
    if (!known.some(({ name }) => name === "wgrad-gallery")) return;
    await new Promise<void>((resolve, reject) => {
      const open = indexedDB.open("wgrad-gallery");
      open.onerror = () => reject(open.error);
      open.onsuccess = () => {
        const change = open.result.transaction("trainings", "readwrite");
        change.objectStore("trainings").clear();
        change.oncomplete = () => {
          open.result.close();
          resolve();
        };
      };
    });
  });

/** Opens another page, or the same with other settings, on a visit, untrained: what was loaded is not loaded again. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate(() => {
    if (location.hash !== "") location.hash = "#/";
  });
  // A page that is left keeps its training before its worker ends.
  await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(0);
  await forgetTrainings(page);
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${address}`);
  await stateIs(page, "ready");
}

/** From now on what waits on the page waits hardly: for trainings that are slowed down to be seen. */
export const hurry = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const wait = window.setTimeout;
    window.setTimeout = ((work: () => void, milliseconds = 0) =>
      wait(work, Math.min(milliseconds, 1))) as typeof window.setTimeout;
  });

/** Ends a visit on which nothing went wrong. */
export async function finish({ page, errors }: Visit): Promise<void> {
  expect(errors).toEqual([]);
  await page.context().close();
}

/** A program in colours and the dots of a drawing, which is one picture to readers: more elements than all else on a page. */
const DENSE = ["pre.code", "svg > *"];

/** What axe calls serious or worse; `dense` is what takes it most of its time. */
export async function faults(page: Page, { dense = true } = {}): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (exclude) =>
      window.axe.run(
        { include: "body", exclude },
        { resultTypes: ["violations"], selectors: false },
      ),
    dense ? [] : DENSE,
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** From now on `longTasks` has the milliseconds of the page's tasks over 50 ms. */
export const watchTasks = (page: Page): Promise<void> =>
  page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(Math.round(duration));
    }).observe({ type: "longtask" });
  });

declare global {
  interface Window {
    longTasks: number[];
    axe: typeof axe;
  }
}

export type { Visit };
