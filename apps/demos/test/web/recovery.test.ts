import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hurry, numberOf, opened, press, stateIs, stateOf, stepOf } from "./demo.ts";
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
    await page.goto(`${site.url}#/exam?device=webgpu`);
    await stateIs(page, "ready");
    await press(page, "One step");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
    const [worker] = page.workers();
    await worker?.evaluate(() => (globalThis as unknown as { device: GPUDevice }).device.destroy());
    // The step finds the loss, or what keeps the training does before it.
    const step = page.getByRole("button", { name: "One step", exact: true });
    await step.click({ timeout: 2_000 }).catch(() => {});
    await stateIs(page, "failed");
    expect(await saying(page)).toContain("The graphics device was lost");
    await workersAre(page, 0);

    await press(page, "Start again");
    await stateIs(page, "ready");
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    await trains(page);
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

  test.each([
    ["no WebGPU", "delete WorkerNavigator.prototype.gpu;", "This browser has no WebGPU"],
    [
      "no graphics card",
      "GPU.prototype.requestAdapter = async () => null;",
      "found no graphics card for it",
    ],
    ["WebGPU in software", "", "WebGPU is emulated by the processor"],
  ])("is the processor where there is %s, and the page says why", async (_, text, why) => {
    const { page } = await visit(site, "");
    await prepend(page.context(), text);
    await page.goto(`${site.url}#/exam`);
    await stateIs(page, "ready");
    expect(await device(page)).toMatch(/^Computing on the processor: WebAssembly, vectors/);
    expect(await device(page)).toContain(why);
    // No server need send what browsers ask of pages with threads.
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await press(page, "One step");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
    await page.context().close();
  });

  test("is chosen, and another one while it trains", async () => {
    const { page, errors } = await opened(site, "exam?device=cpu");
    const list = page.getByLabel("Compute on");
    expect(await device(page)).toContain("on the processor, in plain JavaScript");
    expect(await list.inputValue()).toBe("cpu");
    const [first] = page.workers();
    await press(page, "Start");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBeGreaterThan(3);
    for (const [name, said] of [
      ["wasm", "on the processor: WebAssembly"],
      ["webgpu", "on WebGPU: "],
    ] as const) {
      await list.selectOption(name);
      await expect.poll(() => device(page), { timeout: 30_000 }).toContain(said);
      expect(await page.evaluate(() => location.hash)).toBe(`#/exam?device=${name}`);
      expect(await stateOf(page)).toBe("running");
    }
    await workersAre(page, 1);
    expect(page.workers()).not.toContain(first);
    await stateIs(page, "done");
    expect(await numberOf(page, "at25")).toBeCloseTo(0.5, 2);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test("was chosen and is not there: nothing is lost, and from nothing the fastest is offered", async () => {
    const { page } = await visit(site, "");
    await prepend(page.context(), "delete WorkerNavigator.prototype.gpu;");
    await page.goto(`${site.url}#/exam?device=wasm`);
    await stateIs(page, "ready");
    await press(page, "One step");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(1);
    const list = page.getByLabel("Compute on");
    await list.selectOption("webgpu");
    await expect.poll(() => saying(page), { timeout: 30_000 }).toContain("This device is not here");
    expect(await saying(page)).toContain("This browser has no WebGPU");
    expect([await list.inputValue(), await stateOf(page), await stepOf(page)]).toEqual([
      "wasm",
      "paused",
      1,
    ]);
    expect(await page.evaluate(() => location.hash)).toBe("#/exam?device=wasm");
    await workersAre(page, 1);
    await press(page, "One step");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBe(2);

    await page.goto(`${site.url}?again#/exam?device=webgpu`);
    await stateIs(page, "failed");
    await press(page, "Start on the fastest device here");
    await stateIs(page, "ready");
    expect(await device(page)).toContain("Computing on the processor");
    await trains(page);
    await page.context().close();
  });
});

const device = (page: Page): Promise<string | null> => page.locator(".device").textContent();

/** Trains to the end, and reaches what it must. */
async function trains(page: Page): Promise<void> {
  await hurry(page);
  await press(page, "Start");
  await stateIs(page, "done");
  expect(await numberOf(page, "at25")).toBeCloseTo(0.5, 2);
}

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
