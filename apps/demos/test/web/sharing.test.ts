import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  faults,
  finish,
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
import { spills } from "./look.ts";
import { openSite, type Site } from "./site.ts";

const full = inject("tier") === "full";
let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

const opened = (name: string, options = {}): Promise<Visit> => openedOn(site, name, options);
const until = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 });
const hash = (page: Page): Promise<string> => page.evaluate(() => location.hash);

describe("what is seen is shared", { timeout: 60_000 }, () => {
  test("as an address with every setting that was changed, and as a frame", async () => {
    const visited = await opened("boundary");
    const { page } = visited;
    await page.getByLabel("Points", { exact: true }).selectOption("spirals");
    await slide(page, "Width", 8);
    await slide(page, "Learning rate", 0.3);
    await page.getByLabel("Seed", { exact: true }).fill("7");
    await page.getByLabel("Seed", { exact: true }).blur();
    await stateIs(page, "ready");
    await press(page, "Share");
    const address = await page
      .getByLabel("Address of this page with its settings", { exact: true })
      .inputValue();
    expect(address).toBe(`${site.url}#/boundary?data=spirals&width=8&lr=0.3&seed=7`);
    await page.getByRole("button", { name: "Copy: Address" }).click();
    await until(() => page.locator(".share .status").textContent()).toMatch(/Copied|selected/);
    const frame = await page
      .getByLabel("To show it inside of a page of yours", { exact: true })
      .inputValue();
    expect(await faults(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await spills(page)).toEqual([]);
    await page.setContent(frame);
    const inner = page.frameLocator("iframe");
    await inner.locator(".demo[data-state=ready]").waitFor({ timeout: 30_000 });
    expect(await inner.locator("header.site").isVisible()).toBe(false);
    await finish(visited);

    const other = await opened(address.slice(address.indexOf("#/") + 2));
    expect(await other.page.getByLabel("Points", { exact: true }).inputValue()).toBe("spirals");
    expect(await other.page.getByLabel("Width").getAttribute("aria-valuetext")).toBe("8");
    expect(await other.page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");
    await oneStep(other.page);
    expect(await numberOf(other.page, "lr")).toBe(0.3);
    await finish(other);
  });

  test.each(full ? ["exam?embed", "exam?lr=3&embed"] : [])("alone, at #/%s", async (address) => {
    const visited = await opened(address);
    const { page } = visited;
    for (const part of ["header.site", ".about", "pre.code", ".tools"]) {
      expect([part, await page.locator(part).first().isVisible()]).toEqual([part, false]);
    }
    for (const part of [".stage", ".chart", ".toolbar"]) {
      expect([part, await page.locator(part).isVisible()]).toEqual([part, true]);
    }
    await oneStep(page);
    expect(await hash(page)).toContain("embed");
    const [home] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "Open in the gallery" }).click(),
    ]);
    await stateIs(home, "paused");
    expect(await home.locator("header.site").isVisible()).toBe(true);
    expect(await hash(home)).toBe(`#/${address.replace(/[?&]embed/, "")}`);
    await finish(visited);
  });

  test.runIf(full)("with a class: large, without controls, and back", async () => {
    const visited = await opened("exam");
    const { page } = visited;
    const size = () =>
      page.locator("h1").evaluate((h1) => Number.parseFloat(getComputedStyle(h1).fontSize));
    const before = await size();
    await press(page, "Present");
    expect(await hash(page)).toBe("#/exam?teach");
    expect(await size()).toBeGreaterThan(1.2 * before);
    expect(await page.locator(".settings").isVisible()).toBe(false);
    await oneStep(page);
    expect(await faults(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await spills(page)).toEqual([]);
    await page.reload();
    await stateIs(page, "paused");
    expect(await page.locator(".settings").isVisible()).toBe(false);
    await press(page, "Leave presenting");
    expect(await hash(page)).toBe("#/exam");
    expect(await page.locator(".settings").isVisible()).toBe(true);
    await finish(visited);
  });
});

describe("a training is found again", { timeout: 90_000 }, () => {
  test.each(full ? ["housing", "optimizers"] : ["housing"])(
    "%s: its weights, its curve and its step, after a reload; and goes on, or starts afresh",
    async (name) => {
      const visited = await opened(name);
      const { page } = visited;
      await press(page, "Start");
      await until(() => stepOf(page)).toBeGreaterThan(20);
      await press(page, "Pause");
      await stateIs(page, "paused");
      const seen = async () => ({
        step: await stepOf(page),
        losses: await losses(page),
        drawn: await page.locator(".stage").innerHTML(),
        loss: await page.locator("[data-number=loss]").textContent(),
      });
      const before = await seen();
      await page.waitForTimeout(500);
      await page.reload();
      await stateIs(page, "paused");
      const { drawn, ...rest } = await seen();
      const { drawn: earlier, ...others } = before;
      expect(rest).toEqual(others);
      // Numbers of clip paths count the figures of a visit.
      const plain = (text: string): string => text.replaceAll(/figure-\d+/g, "");
      expect(plain(drawn)).toBe(plain(earlier));
      await oneStep(page);
      expect(await stepOf(page)).toBe(before.step + 1);
      await hurry(page);
      await press(page, "Resume");
      await stateIs(page, "done");
      await press(page, "Reset");
      await stateIs(page, "ready");
      await page.reload();
      await stateIs(page, "ready");
      await finish(visited);
    },
  );

  test.runIf(full)(
    "only with the settings that it had; one that ran when the page was left is found too",
    async () => {
      const visited = await opened("exam");
      const { page } = visited;
      await press(page, "Start");
      await until(() => stepOf(page)).toBeGreaterThan(60);
      const left = await stepOf(page);
      await page.locator(".brand").click();
      await page.locator(".card").first().waitFor();
      await page.goto(`${site.url}#/exam`);
      await stateIs(page, "paused");
      expect(await stepOf(page)).toBeGreaterThan(left - 60);
      await page.goto(`${site.url}#/exam?seed=1`);
      await stateIs(page, "ready");
      await finish(visited);
    },
  );
});

describe("the keyboard", { timeout: 60_000 }, () => {
  test("Space starts and pauses, S takes a step, R resets; not while something is typed", async () => {
    const visited = await opened("gpt");
    const { page } = visited;
    await page.keyboard.press("s");
    await until(() => stepOf(page)).toBe(1);
    await stateIs(page, "paused");
    await page.keyboard.press("Space");
    await until(() => stepOf(page)).toBeGreaterThan(1);
    await page.keyboard.press("Space");
    await stateIs(page, "paused");
    await page.getByLabel("Prompt").fill("");
    await page.getByLabel("Prompt").pressSequentially("r s");
    expect(await page.getByLabel("Prompt").inputValue()).toBe("r s");
    expect(await stateOf(page)).toBe("paused");
    expect(await stepOf(page)).toBeGreaterThan(1);
    await page.getByRole("button", { name: "Reset", exact: true }).focus();
    await page.keyboard.press("r");
    await stateIs(page, "ready");
    expect(await stepOf(page)).toBe(0);
    await finish(visited);
  });
});

describe("one screen", { timeout: 60_000 }, () => {
  /** What is wholly inside of the window. */
  const seen = (page: Page, selector: string): Promise<boolean> =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { top, bottom, left, right } = element.getBoundingClientRect();
        return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
      });

  test("a desk sees the picture, loss, three numbers and sliders; a phone the picture and Start", async () => {
    const visited = await opened("housing", { viewport: { width: 1280, height: 720 } });
    const { page } = visited;
    const desk = [
      ".stage svg",
      ".chart",
      ".headline",
      ".settings .control:has([type=range])",
      ".toolbar",
    ];
    for (const name of full ? ["housing", "exam", "gpt"] : ["gpt"]) {
      await page.evaluate((to) => location.assign(to), `#/${name}`);
      await stateIs(page, "ready");
      await page.locator(".stage").waitFor();
      for (const part of name === "gpt" ? desk.slice(1) : desk) {
        expect([name, part, await seen(page, part)]).toEqual([name, part, true]);
      }
      expect(await page.locator(".headline dd").count()).toBe(3);
      const sliders = page.locator(".settings .control:visible:has([type=range])");
      expect(
        await sliders.last().evaluate((last) => last.getBoundingClientRect().bottom),
      ).toBeLessThan(720);
    }
    await page.setViewportSize({ width: 390, height: 760 });
    await page.evaluate(() => location.assign("#/housing"));
    await stateIs(page, "ready");
    for (const part of [".toolbar .primary", ".stage svg"]) {
      expect([part, await seen(page, part)]).toEqual([part, true]);
    }
    await finish(visited);
  });

  test.runIf(full)(
    "slow, ten times that, or as fast as can be; and what is left is said",
    async () => {
      const visited = await opened("gpt");
      const { page } = visited;
      const speed = page.getByLabel("Speed");
      expect(await speed.inputValue()).toBe("full");
      await speed.selectOption("slow");
      await press(page, "Start");
      await until(() => page.locator(".progress-words").textContent()).toMatch(
        /step \d+ of 1,000 · about \d+ (s|min) left/,
      );
      const pace = async (): Promise<number> => {
        const before = await stepOf(page);
        await page.waitForTimeout(1500);
        return (await stepOf(page)) - before;
      };
      const slow = await pace();
      expect(slow).toBeLessThanOrEqual(9);
      await speed.selectOption("full");
      await page.waitForTimeout(300);
      expect(await pace()).toBeGreaterThan(slow);
      await finish(visited);
    },
  );

  test.runIf(full)("a term explains itself", async () => {
    const visited = await opened("gpt");
    const { page } = visited;
    const mark = page.locator(".control", { hasText: "Learning rate" }).getByRole("button");
    await mark.click();
    const said = page.locator(".tip-text:popover-open");
    expect(await said.textContent()).toMatch(/^Learning rate: how far each step goes.*warms up/);
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await said.count()).toBe(0);
    await finish(visited);
  });
});
