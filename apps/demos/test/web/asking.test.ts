import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { finish, goTo, hurry, numberOf, opened, press, stateIs } from "./demo.ts";
import { openSite, type Site } from "./site.ts";

const full = inject("tier") === "full";
let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

const until = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 });
const verdict = (page: Page): Promise<string | null> =>
  page.locator(".verdict:visible").first().textContent();

/** Trains to the end. */
async function train(page: Page): Promise<void> {
  await hurry(page);
  await press(page, "Start");
  await stateIs(page, "done", 60_000);
}

describe("a page answers the visitor's own question", { timeout: 120_000 }, () => {
  test("a flat: 50 m² by the line through five, and the fourth flat by three features, with the equation", async () => {
    const visited = await opened(site, "flats");
    const { page } = visited;
    await train(page);
    expect(await verdict(page)).toBe("costs 47.20");
    const equation = (await page.locator(".equation").textContent()) ?? "";
    const [, slope = NaN, sign, intercept = NaN] =
      /price = ([\d.]+) · area ([+−]) ([\d.]+)/.exec(equation) ?? [];
    const at50 = 50 * Number(slope) + (sign === "−" ? -1 : 1) * Number(intercept);
    expect(at50).toBeCloseTo(47.2, 1);
    await page.getByLabel("Area, m²").and(page.locator(":visible")).fill("60");
    await until(() => verdict(page)).toMatch(/^costs 59\./);
    await goTo(page, "flats?data=four");
    await train(page);
    expect(await numberOf(page, "held")).toBeCloseTo(462.46, 1);
    for (const [label, value] of [
      ["Area, m²", "150"],
      ["Bedrooms", "3"],
      ["Location", "2"],
    ] as const) {
      await page.getByLabel(label, { exact: true }).and(page.locator(":visible")).fill(value);
    }
    await until(() => verdict(page)).toMatch(/^costs 462\.4/);
    await finish(visited);
  });

  test.runIf(full)("hours of study, before Start and after", async () => {
    const visited = await opened(site, "exam");
    const { page } = visited;
    expect(await verdict(page)).toMatch(/^pass, by \d+\.\d %$/);
    await train(page);
    await page.getByLabel("Hours of study").fill("25");
    await until(() => verdict(page)).toMatch(/^pass, by (49|50)\.\d %/);
    await page.getByLabel("Hours of study").fill("40");
    await until(() => verdict(page)).toMatch(/^pass, by (9\d\.\d|100\.0) %/);
    await finish(visited);
  });

  test.runIf(full)("a house by its rooms, and none where there are twelve measures", async () => {
    const visited = await opened(site, "housing");
    const { page } = visited;
    await train(page);
    const price = async (rooms: string): Promise<number> => {
      await page.getByLabel("rooms per dwelling").fill(rooms);
      await page.waitForTimeout(300);
      return Number.parseFloat((await verdict(page)) ?? "");
    };
    expect(await price("8")).toBeGreaterThan((await price("5")) + 20);
    await page.getByLabel("Prices by", { exact: true }).selectOption("all");
    await stateIs(page, "ready");
    expect(await page.locator(".own").count()).toBe(0);
    await finish(visited);
  });

  test.runIf(full)("where to warn of a tumour", async () => {
    const visited = await opened(site, "cancer");
    const { page } = visited;
    await train(page);
    const found = async (threshold: string): Promise<readonly number[]> => {
      await page.getByLabel("Threshold").fill(threshold);
      const said = (await verdict(page)) ?? "";
      return (said.match(/\d+/g) ?? []).map(Number);
    };
    const [low, high] = [await found("5"), await found("95")];
    expect(low[0]).toBeGreaterThan(high[0] as number);
    expect(low[1]).toBe(high[1]);
    await finish(visited);
  });

  test.runIf(full)("the way from a cell", async () => {
    const visited = await opened(site, "gridworld");
    const { page } = visited;
    expect(await verdict(page)).toBe("nowhere yet");
    await train(page);
    await until(() => verdict(page)).toBe("the goal, in 8 moves");
    await page.locator(".world [data-cell='3']").click();
    expect(await verdict(page)).toBe("the goal, in 8 moves");
    await page.locator(".world [data-cell='9']").click();
    await until(() => verdict(page)).toBe("the goal, in 1 move");
    await finish(visited);
  });

  test.runIf(full)("a sentence in Chinese", async () => {
    const visited = await opened(site, "translate");
    const { page } = visited;
    await page.getByLabel("An English sentence").fill("Remove zzyzx");
    await until(() => page.locator(".stage .status").textContent()).toBe(
      "It does not know: zzyzx.",
    );
    expect(await page.getByRole("list", { name: "Unseen sentences" }).locator("li").count()).toBe(
      6,
    );
    await train(page);
    expect(await numberOf(page, "bleu")).toBeGreaterThan(5);
    await finish(visited);
  });

  test.runIf(full)("houses that drift, while it trains", async () => {
    const visited = await opened(site, "pipeline");
    const { page } = visited;
    expect(await verdict(page)).toMatch(/^No column has drifted/);
    await press(page, "Start");
    const shift = page.getByLabel("Arriving from the north");
    await shift.focus();
    await page.keyboard.press("End");
    await until(() => verdict(page)).toMatch(/^Drifted: .*latitude/);
    await finish(visited);
  });
});
