import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { finish, goTo, numberOf, oneStep, opened, slide, stateIs, stepOf } from "./demo.ts";
import { expected } from "./pages.ts";
import { INSECURE, openSite, type Site, visit } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

const until = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 });
const hash = (page: Page): Promise<string> => page.evaluate(() => location.hash);
const heading = (page: Page): Promise<string | null> => page.locator("h1").textContent();
const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.activeElement?.tagName);

describe("an address", { timeout: 60_000 }, () => {
  test("is read without the strokes and capitals that do no harm, and one that leads nowhere says so", async () => {
    const visited = await visit(site, "");
    const { page } = visited;
    for (const [asked, shown] of [
      ["Exam", "#/exam"],
      ["exam/", "#/exam"],
      ["lesson/EXAM/", "#/lesson/exam"],
    ] as const) {
      await page.evaluate((to) => location.assign(to), `#/${asked}`);
      await until(() => hash(page)).toBe(shown);
      await until(() => heading(page)).not.toBe("There is no such page");
    }
    await page.evaluate(() => location.assign("#/nonsense"));
    await until(() => heading(page)).toBe("There is no such page");
    expect(await page.title()).toContain("No such page");
    expect(await page.locator("main").textContent()).toContain("Nothing is at “nonsense”");
    expect(await page.locator("main a").count()).toBeGreaterThan(Object.keys(expected).length);
    await finish(visited);
  });

  test("moves the focus to the page's heading, and going back finds its place again", async () => {
    const visited = await visit(site, "");
    const { page } = visited;
    const link = page.locator(".lessons").getByRole("link", { name: "pipeline" });
    await link.scrollIntoViewIfNeeded();
    const before = await page.evaluate(() => Math.round(scrollY));
    expect(before).toBeGreaterThan(0);
    await link.click();
    await until(() => heading(page)).toBe("The lesson: pipeline");
    await until(() => focused(page)).toBe("H1");
    expect(await page.title()).toBe("The lesson: pipeline – wgrad gallery");
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.goBack();
    await until(() => heading(page)).toBe("Watch them learn");
    await until(() => page.evaluate(() => Math.round(scrollY))).toBe(before);
    await until(() => focused(page)).toBe("H1");
    await finish(visited);
  });

  test("shows the page's own name in the row of pages, however long the row is", async () => {
    const visited = await visit(site, Object.keys(expected).at(-1) as string);
    const current = visited.page.locator("nav a[aria-current]");
    const gap = (): Promise<number> =>
      current.evaluate(
        (link) =>
          (link.closest("nav") as HTMLElement).getBoundingClientRect().right -
          link.getBoundingClientRect().right,
      );
    await until(gap).toBeGreaterThanOrEqual(0);
    await finish(visited);
  });

  test("keeps what was chosen and what was trained, over a reload and over another page", async () => {
    const visited = await opened(site, "boundary");
    const { page } = visited;
    await page.getByLabel("Points", { exact: true }).selectOption("spirals");
    await until(() => hash(page)).toContain("data=spirals");
    await slide(page, "Learning rate", 0.03);
    const chosen = await hash(page);
    expect(chosen).toBe("#/boundary?data=spirals&lr=0.03");
    let taken = 0;
    const is = async (): Promise<void> => {
      await stateIs(page, taken === 0 ? "ready" : "paused");
      expect(await stepOf(page)).toBe(taken);
      expect(await hash(page)).toBe(chosen);
      expect(await page.getByLabel("Points", { exact: true }).inputValue()).toBe("spirals");
      await oneStep(page);
      expect(await stepOf(page)).toBe(++taken);
      expect(await numberOf(page, "lr")).toBeCloseTo(0.03, 3);
      await page.waitForTimeout(300);
    };
    await page.reload();
    await is();
    const pages = page.getByRole("navigation");
    await pages.getByRole("link", { name: "exam", exact: true }).click();
    await until(() => heading(page)).toBe("How many hours make a pass?");
    await pages.getByRole("link", { name: "boundary", exact: true }).click();
    await until(() => heading(page)).toBe("Where is the border?");
    await is();
    await finish(visited);
  });

  test("the colours follow those that are chosen in another tab", async () => {
    const visited = await visit(site, "");
    const { page } = visited;
    const other = await page.context().newPage();
    await other.goto(site.url);
    await page.getByRole("button", { name: "Dark mode" }).click();
    await other.getByRole("button", { name: "Light mode" }).waitFor();
    await finish(visited);
  });
});

describe("what is missing is said, with what to do", { timeout: 120_000 }, () => {
  test("an address that is not secure computes, without WebGPU", async () => {
    const insecure = { ...site, url: site.url.replace("127.0.0.1", INSECURE) };
    const visited = await opened(insecure, "exam");
    const { page } = visited;
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    const said = await page.locator(".device").textContent();
    expect(said).toContain("Computing on the processor");
    expect(said).toContain(
      `and ${new URL(insecure.url).origin} is none: serve the gallery by https`,
    );
    await oneStep(page);
    await finish(visited);
  });

  test("a file that is opened by a double click", async () => {
    const page = await site.browser.newPage();
    await page.goto(`file://${join(site.folder, "index.html")}`);
    expect(await page.locator("#opening").textContent()).toContain(
      "cannot be opened by a double click",
    );
    await page.close();
  });

  test("a program, or a page, that did not come", async () => {
    const { page } = await visit(site, "");
    const context = page.context();
    const [programs, pages] = [/assets\/index-[^/]*\.js$/, /assets\/page-[^/]*\.js$/];
    await context.route(pages, (route) => route.abort());
    await page.getByRole("navigation").getByRole("link", { name: "exam", exact: true }).click();
    await until(() => heading(page)).toBe("How many hours make a pass? could not be opened");
    await context.unroute(pages);
    await context.route(programs, (route) => route.abort());
    await page.goto(`${site.url}?again`);
    await until(() => page.locator("#opening").textContent()).toContain(
      "The gallery could not be loaded",
    );
    await context.close();
  });

  test("a connection: after the first visit every page opens without one", async () => {
    const visited = await visit(site, "", { serviceWorkers: "allow" });
    const { page } = visited;
    await until(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
    await page.context().setOffline(true);
    const names = Object.keys(expected);
    for (const name of inject("tier") === "full" ? names : names.slice(0, 2)) {
      await goTo(page, name);
      await oneStep(page);
    }
    await page.reload();
    await stateIs(page, "paused");
    await finish(visited);
  });
});
