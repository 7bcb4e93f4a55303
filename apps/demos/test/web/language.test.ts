import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faults, finish, opened, stateIs } from "./demo.ts";
import { spills } from "./look.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

describe("the language of the gallery", { timeout: 90_000 }, () => {
  test("is the address's, then the one chosen, then the browser's; tables load when chosen", async () => {
    const visited = await opened(site, "flats");
    const { page } = visited;
    const tables: string[] = [];
    page.on("request", (request) => tables.push(new URL(request.url()).pathname));
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.locator("h1").textContent()).toBe("What does a flat of 50 m² cost?");

    await page.locator(".language").selectOption("zh");
    await page.locator("html[lang=zh-CN]").waitFor();
    await stateIs(page, "ready");
    expect(await page.locator("h1").textContent()).toBe("50 m² 的房子多少钱？");
    expect(await page.getByRole("button", { name: "开始", exact: true }).count()).toBe(1);
    expect(tables.some((path) => /boundary-[^/]*\.js$/.test(path))).toBe(false);
    expect(await faults(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 780 });
    expect(await spills(page)).toEqual([]);
    await page.getByRole("button", { name: "分享", exact: true }).click();
    const shared = await page.getByLabel("本页及其设置的地址", { exact: true }).inputValue();
    expect(shared).toBe(`${site.url}#/flats?lang=zh`);

    await page.goto(`${site.url}?lang=en#/flats`);
    await stateIs(page, "ready");
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await page.goto(`${site.url}#/flats`);
    await stateIs(page, "ready");
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await finish(visited);

    const chinese = await opened(site, "exam", { locale: "zh-CN" });
    expect(await chinese.page.locator("h1").textContent()).toBe("学多少小时能通过？");
    await finish(chinese);
  });
});
