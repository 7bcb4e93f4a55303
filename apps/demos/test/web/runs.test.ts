import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { faults, finish, hurry, opened, press, slide, stateIs, stepOf } from "./demo.ts";
import { spills } from "./look.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

describe("runs are compared", { timeout: 90_000 }, () => {
  test("earlier ones stay, with settings and results; named and pinned they outlast others and a reload", async () => {
    const visited = await opened(site, "exam");
    const { page } = visited;
    const table = page.locator("table.runs");
    const rows = (): Promise<string[]> => table.locator("tbody tr:not(.now)").allTextContents();
    const names = (): Promise<string[]> =>
      table
        .locator("tbody input")
        .evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value));
    /** Dots of the chart that are not empty. */
    const dots = (): Promise<number> =>
      page.locator(".chart canvas").evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const image = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
        return Array.from(image?.data ?? []).filter((value, i) => i % 4 === 3 && value > 0).length;
      });
    expect(await rows()).toEqual([]);
    await hurry(page);
    await press(page, "Start");
    await stateIs(page, "done");
    const loss = await page.locator("[data-number=loss]").textContent();
    const slope = await page.locator("[data-number=slope]").textContent();
    await slide(page, "Learning rate", 3);
    await press(page, "Reset");
    await stateIs(page, "ready");
    const [first = ""] = await rows();
    expect(first).toContain("Learning rate 3");
    for (const said of ["250", loss, slope]) expect(first).toContain(said);
    expect(await dots()).toBeGreaterThan(1000);

    await table.locator("tbody input").fill("the fast one");
    await table.locator("tbody input").blur();
    for (let i = 0; i < 5; i++) {
      await press(page, "One step");
      await expect.poll(() => stepOf(page)).toBe(1);
      await press(page, "Reset");
      await stateIs(page, "ready");
    }
    expect(await names()).toEqual(["Run 6", "Run 5", "Run 4", "Run 3", "the fast one"]);
    await page.reload();
    await stateIs(page, "ready");
    expect(await names()).toEqual(["Run 6", "Run 5", "Run 4", "Run 3", "the fast one"]);
    await page.getByRole("button", { name: "Remove: Run 5" }).click();
    await page.getByRole("button", { name: "Pin: Run 3", exact: true }).click();
    expect(await names()).toEqual(["Run 6", "Run 4", "Run 3", "the fast one"]);
    expect(await faults(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await spills(page)).toEqual([]);
    await finish(visited);
  });

  test.runIf(inject("tier") === "full")(
    "optimizers are ranked, with the step at which each arrived",
    async () => {
      const visited = await opened(site, "optimizers");
      const { page } = visited;
      await hurry(page);
      await press(page, "Start");
      await stateIs(page, "done");
      const ranking = await page
        .getByRole("list", { name: "The optimizers" })
        .locator("li")
        .allTextContents();
      const arrivals = ranking.map((line) =>
        Number(/there at step (\d+)/.exec(line)?.[1] ?? Infinity),
      );
      expect(arrivals.filter(Number.isFinite).length).toBeGreaterThan(1);
      expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
      const heights = ranking.map((line) => Number(/height ([\d.e-]+)/.exec(line)?.[1]));
      arrivals.forEach((at, i) => {
        expect(Number.isFinite(at)).toBe((heights[i] as number) < 0.01);
      });
      await finish(visited);
    },
  );
});
