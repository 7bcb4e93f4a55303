import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  faults,
  finish,
  goTo,
  hurry,
  numberOf,
  oneStep,
  opened,
  press,
  stateIs,
  stepOf,
} from "./demo.ts";
import { spills } from "./look.ts";
import { expected } from "./pages.ts";
import { openSite, type Site } from "./site.ts";

const full = inject("tier") === "full";
let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

const until = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 });
const fits = async (page: Page): Promise<void> => {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.waitForTimeout(100);
  expect(await spills(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 720 });
};

describe("the network of boundary", { timeout: 90_000 }, () => {
  test("gets layers and units, has its weights pulled, and learns points that are clicked", async () => {
    const visited = await opened(site, "boundary?sizes=4-3");
    const { page } = visited;
    const lines = page.locator(".diagram path");
    const units = page.locator(".diagram canvas");
    expect([await lines.count(), await units.count()]).toEqual([
      2 * 4 + 4 * 3 + 3 * 2,
      2 + 4 + 3 + 2,
    ]);
    await page.getByRole("button", { name: "Add a unit to layer 1" }).click();
    await until(() => lines.count()).toBe(2 * 5 + 5 * 3 + 3 * 2);
    await page.getByRole("button", { name: "Add a hidden layer" }).click();
    await until(() => page.evaluate(() => location.hash)).toBe("#/boundary?sizes=5-3-3");
    await stateIs(page, "ready");
    expect(await numberOf(page, "parameters")).toBe(15 + 18 + 12 + 8);

    // A weight that is pulled stays where it was put, and moves the picture; training moves it on.
    const output = page.locator(".output canvas");
    const drawn = (): Promise<string> =>
      output.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await drawn();
    await page.getByLabel("Weight: from").selectOption("1");
    await page.getByLabel("The weight's value").fill("4");
    await until(drawn).not.toBe(before);
    await until(() => page.locator(".weight output").textContent()).toBe("4.00");
    const thick = () => page.locator(".diagram .picked").getAttribute("stroke-width").then(Number);
    await until(thick).toBeGreaterThan(5);
    await oneStep(page);
    await page.getByLabel("Weight: to").selectOption("1");
    await page.getByLabel("Weight: to").selectOption("0");
    await until(() => page.locator(".weight output").textContent()).toMatch(/^(3\.9|4\.0)/);

    const box = await output.boundingBox();
    if (box === null) throw new Error("there is no picture");
    await page.mouse.click(box.x + box.width / 2, box.y + 10);
    await until(() => page.locator(".output .status").textContent()).toMatch(
      /^At \(.*\): class [12] \(\d+ % sure\)/,
    );
    await page.getByLabel("A click on the picture").selectOption("1");
    const clear = await drawn();
    await page.mouse.click(box.x + box.width / 2, box.y + 10);
    await until(drawn).not.toBe(clear);
    await press(page, "Forget mine");
    await until(drawn).toBe(clear);
    await page.getByLabel("Test points").check();
    await until(drawn).not.toBe(clear);
    await page.getByLabel("Regularisation", { exact: true }).selectOption("l2");
    expect(await stepOf(page)).toBe(1);
    await page.getByLabel("Width").focus();
    await page.keyboard.press("Home");
    await until(() => page.evaluate(() => location.hash)).toContain("width=2");
    expect(await page.evaluate(() => location.hash)).not.toContain("sizes");
    await stateIs(page, "ready");
    await oneStep(page);
    expect(await page.locator(".chart").textContent()).toContain("dashed: on unseen data");
    expect(await faults(page)).toEqual([]);
    await fits(page);
    await finish(visited);
  });

  test.runIf(full)(
    "overfits less with regularisation, and without an activation draws a straight line",
    async () => {
      const visited = await opened(site, "boundary?data=circles&activation=linear");
      const { page } = visited;
      await hurry(page);
      const reached = async (address: string): Promise<number> => {
        await goTo(page, address);
        await press(page, "Start");
        await stateIs(page, "done", 60_000);
        return numberOf(page, "accuracy");
      };
      expect(await reached("boundary?data=circles&activation=linear")).toBeLessThan(70);
      expect(await reached("boundary?data=circles&activation=relu")).toBeGreaterThan(95);
      await finish(visited);
    },
  );
});

/** Pages with weights, of which the loss around them is looked at. */
const landscapes = full
  ? [
      "housing",
      "exam",
      "boundary",
      "digits",
      "autoencoder",
      "word2vec",
      "sentiment",
      "gpt",
      "sentences",
      "transfer",
    ]
  : [];

describe("every page with weights", { timeout: 120_000 }, () => {
  test.each(landscapes)(
    "%s: gradients by layer, and a landscape that leaves the training as it was",
    async (name) => {
      const visited = await opened(site, name);
      const { page } = visited;
      await page.getByText("Gradient norm of each layer").click();
      await oneStep(page);
      await oneStep(page);
      const rows = page.locator(".gradients li[data-layer]");
      expect(await rows.count()).toBeGreaterThan(0);
      for (const norm of await rows.locator(".part").allTextContents())
        expect(Number(norm)).toBeGreaterThan(0);
      await oneStep(page);
      const third = await page.locator("[data-number=loss]").textContent();

      await press(page, "Reset");
      await stateIs(page, "ready");
      await oneStep(page);
      await oneStep(page);
      await page.getByText("Loss landscape around the weights").click();
      await press(page, "Draw it");
      const said = page.locator(".landscape .status");
      await expect.poll(() => said.textContent(), { timeout: 100_000 }).toContain("The loss is");
      const numbers = ((await said.textContent()) ?? "").match(/\d[\d.e+-]*\d/g)?.map(Number) ?? [];
      const [here = NaN, low = NaN, high = NaN] = numbers;
      expect(low).toBeLessThanOrEqual(here);
      expect(here).toBeLessThan(high);
      await oneStep(page);
      expect(await page.locator("[data-number=loss]").textContent()).toBe(third);
      expect(await faults(page)).toEqual([]);
      await fits(page);
      await finish(visited);
    },
  );

  test.runIf(full)("says nothing of weights where there are none", async () => {
    const visited = await opened(site, "optimizers");
    expect(Object.keys(expected)).toContain("optimizers");
    expect(await visited.page.getByText("Gradient norm of each layer").isVisible()).toBe(false);
    await finish(visited);
  });
});

describe("inside of digits and gpt", { timeout: 90_000 }, () => {
  test.runIf(full)("digits: the true label, what it errs on, and a kernel at a place", async () => {
    const visited = await opened(site, "digits");
    const { page } = visited;
    await oneStep(page);
    await until(() => page.locator(".verdict").textContent()).toMatch(
      /^\d \(\d+ % sure\) · it is a \d$/,
    );
    await until(() => page.locator(".wall li").count()).toBe(24);
    for (const mistake of await page.locator(".wall li").allTextContents()) {
      const [real, taken] = mistake.split(" → ");
      expect(real).not.toBe(taken);
    }
    await page.getByText("How a filter answers").click();
    const sum = page.locator(".kernel .sum");
    await until(() => sum.textContent()).toMatch(/^sum .* ReLU/);
    await page.getByRole("slider", { name: "Where the kernel is" }).fill("27");
    const values = async (index: number): Promise<number[]> =>
      (await page.locator(".kernel .grid").nth(index).locator("span").allTextContents()).map(
        Number,
      );
    await until(async () => {
      const [kernel, patch, products] = await Promise.all([values(0), values(1), values(2)]);
      return kernel.every(
        (weight, i) => Math.abs(weight * (patch[i] as number) - (products[i] as number)) < 0.02,
      );
    }).toBe(true);
    const [, products = NaN] = /sum (\S+) \+/.exec((await sum.textContent()) ?? "") ?? [];
    const total = (await values(2)).reduce((all, value) => all + value, 0);
    expect(Math.abs(Number(products) - total)).toBeLessThan(0.06);
    await press(page, "Step over the picture");
    const before = await page.getByRole("slider", { name: "Where the kernel is" }).inputValue();
    await until(() =>
      page.getByRole("slider", { name: "Where the kernel is" }).inputValue(),
    ).not.toBe(before);
    expect(await faults(page)).toEqual([]);
    await fits(page);
    await finish(visited);
  });

  test.runIf(full)(
    "gpt: attention of each head sums up, and bars of the next character",
    async () => {
      const visited = await opened(site, "gpt?layers=2");
      const { page } = visited;
      const heads = page.getByRole("list", { name: "Attention of each head" }).locator("li");
      await until(() => heads.count()).toBe(4);
      const bars = page.getByRole("list", { name: "Chance of each next character" }).locator("li");
      expect(await bars.count()).toBe(8);
      const chances = (await bars.locator(".part").allTextContents()).map(Number.parseFloat);
      expect(chances).toEqual(chances.toSorted((a, b) => b - a));
      const first = await heads.first().innerHTML();
      await page.getByLabel("Layer", { exact: true }).selectOption("1");
      await until(() => heads.first().innerHTML()).not.toBe(first);
      await page.getByLabel("Prompt").fill("Captain Aha");
      await press(page, "Continue this");
      await until(() => heads.first().textContent()).toMatch(/^␣?C?aptain␣Aha|Aha/);
      expect(await faults(page)).toEqual([]);
      await fits(page);
      await finish(visited);
    },
  );
});
