import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { numberOf, opened, press, stateIs, stepOf } from "./demo.ts";
import { openSite, type Site, visit } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
}, 120_000);
afterAll(() => site.close());

/** Polled: Playwright hears of a worker's beginning and end after the page does. */
const workersAre = (page: Page, count: number): Promise<void> =>
  expect.poll(() => page.workers().length, { timeout: 30_000 }).toBe(count);
const saying = (page: Page): Promise<string | null> => page.getByRole("alert").textContent();

describe("the device", { timeout: 60_000 }, () => {
  test("is lost: the page says so, and begins again on a fresh one", async () => {
    const { page } = await visit(site, "");
    await rememberDevices(page.context());
    await page.goto(`${site.url}#/exam`);
    await stateIs(page, "ready");
    await press(page, "One step");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
    const [worker] = page.workers();
    await worker?.evaluate(() => (globalThis as unknown as { device: GPUDevice }).device.destroy());
    await press(page, "One step");
    await stateIs(page, "failed");
    expect(await saying(page)).toContain("The graphics device was lost");
    await workersAre(page, 0);

    await press(page, "Start again");
    await stateIs(page, "ready");
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    await press(page, "Start");
    await stateIs(page, "done");
    expect(await numberOf(page, "at25")).toBeCloseTo(0.5, 2);
    await page.context().close();
  });

  test("is freed when the page is left", async () => {
    const { page, errors } = await opened(site, "exam");
    await workersAre(page, 1);
    await page.locator(".brand").click();
    await workersAre(page, 0);
    await page.getByRole("navigation").getByRole("link", { name: "housing" }).click();
    await stateIs(page, "ready");
    await workersAre(page, 1);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("is the processor where there is no WebGPU, and the page says what that means", async () => {
    const { page } = await visit(site, "");
    await prepend(page.context(), "delete WorkerNavigator.prototype.gpu;");
    await page.goto(`${site.url}#/exam`);
    await stateIs(page, "ready");
    const said = await page.locator(".device").textContent();
    expect(said).toContain("on the processor, in plain JavaScript");
    expect(said).toContain("found no graphics card");
    await press(page, "Start");
    await stateIs(page, "done");
    expect(await numberOf(page, "at25")).toBeCloseTo(0.5, 2);
    await page.context().close();
  });
});

/** Lets a test reach the device that the worker opens. */
const rememberDevices = (context: BrowserContext): Promise<void> =>
  prepend(
    context,
    `{
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...given) {
        return (globalThis.device = await requestDevice.apply(this, given));
      };
    }`,
  );

/** Runs `text` in every worker of the context before its own program. */
async function prepend(context: BrowserContext, text: string): Promise<void> {
  await context.route(/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${text}\n${await response.text()}` });
  });
}
