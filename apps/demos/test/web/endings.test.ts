import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { endings } from "../../web/endings.ts";
import { pages } from "../../web/pages.ts";
import { faults, finish, opened, stateIs } from "./demo.ts";
import { spills } from "./look.ts";
import { openSite, type Site } from "./site.ts";

const names = Object.keys(pages);
/** What a page's control is set to, as its user sees it. */
const shown = (name: string): string | null | undefined => {
  const control = [
    ...document.querySelectorAll<HTMLElement>(`[id="setting-${name}"], [id^="setting-${name}-"]`),
  ].find((element) => element.checkVisibility());
  return control instanceof HTMLSelectElement
    ? control.value
    : control?.getAttribute("aria-valuetext");
};

describe.runIf(inject("tier") === "full")("experiments", { timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite({ gpu: false });
  }, 120_000);
  afterAll(() => site.close());

  test.each(names)("%s: each is set up by its button, and the path leads on", async (name) => {
    const visited = await opened(site, name);
    const { page } = visited;
    const experiments = page.locator(".experiments li");
    expect(await experiments.count()).toBe(3);
    for (const [i, { with: settings = {} }] of (endings[name]?.().experiments ?? []).entries()) {
      const button = experiments.nth(i).getByRole("button");
      expect(await button.count()).toBe(Object.keys(settings).length === 0 ? 0 : 1);
      if ((await button.count()) === 0) continue;
      await button.click();
      await stateIs(page, "ready", 60_000);
      for (const [setting, value] of Object.entries(settings)) {
        const now = await page.evaluate(shown, setting);
        expect([setting, now]).toEqual([setting, String(value)]);
      }
      expect(await page.getByRole("alert").isVisible()).toBe(false);
    }
    expect(await faults(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await spills(page)).toEqual([]);
    const path = page.getByRole("navigation", { name: "Learning path" });
    const next = names[names.indexOf(name) + 1];
    await path.getByRole("link").last().click();
    const heading = next === undefined ? "Watch them learn" : pages[next]?.title;
    await expect.poll(() => page.locator("h1").textContent(), { timeout: 30_000 }).toBe(heading);
    await finish(visited);
  });
});
