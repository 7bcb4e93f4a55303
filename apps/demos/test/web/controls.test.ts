import type { Locator, Page } from "playwright";
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
  stateIs,
  stateOf,
  stepOf,
  type Visit,
} from "./demo.ts";
import { openSite, type Site, visit } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

const opened = (name: string): Promise<Visit> => openedOn(site, `${name}?device=wasm`);

const until = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 });

/** Trains until this step and waits there. */
async function trainTo(page: Page, step: number): Promise<void> {
  await press(page, "Start");
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(step);
  await press(page, "Pause");
  await stateIs(page, "paused");
}

const picture = (canvas: Locator): Promise<string> =>
  canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());

describe("what a page lets its visitor try", { timeout: 90_000 }, () => {
  test("another learning rate while it trains, a wider network, another seed", async () => {
    const visited = await opened("boundary");
    const { page } = visited;
    await press(page, "Start");
    await until(() => stepOf(page)).toBeGreaterThan(5);
    const [slider, rate] = [page.getByLabel("Learning rate", { exact: true }), "lr"];
    const before = await numberOf(page, rate);
    await slider.focus();
    await page.keyboard.press("Home");
    await until(() => numberOf(page, rate)).toBeLessThan(before);
    expect(await stateOf(page)).toBe("running");
    expect(await stepOf(page)).toBeGreaterThan(5);
    const parameters = await numberOf(page, "parameters");
    await page.getByLabel("Width").focus();
    await page.keyboard.press("End");
    await until(() => numberOf(page, "parameters")).toBeGreaterThan(parameters);
    await page.getByLabel("Seed", { exact: true }).fill("7");
    await page.getByLabel("Seed", { exact: true }).blur();
    await until(() => stepOf(page)).toBeGreaterThan(0);
    expect(await page.locator(".notice").isVisible()).toBe(false);
    await finish(visited);
  });

  test("a sentence of one's own, a fresh one, one of the list", async () => {
    const visited = await opened("sentiment");
    const { page } = visited;
    const box = page.getByLabel("A sentence to judge");
    const verdict = page.locator(".verdict");
    const words = page.locator(".states th[scope=col]");
    await box.fill("the food was great");
    await until(() => verdict.textContent()).toMatch(/^(Praise|Complaint) \(\d+ % sure\)$/);
    await until(() => words.allTextContents()).toContain("great");
    for (const [written, said] of [
      ["", "Write a sentence."],
      ["这家饭馆很好", "No word that it can read: it knows English in Latin letters."],
      ["zzyzx", "It does not know this word, and could only guess."],
    ] as const) {
      await box.fill(written);
      await until(() => verdict.textContent()).toBe(said);
    }
    await press(page, "Another unseen sentence");
    await until(() => box.inputValue()).not.toBe("");
    const listed = page.getByRole("list", { name: "Unseen sentences" }).getByRole("button");
    const sentence = await listed.nth(3).textContent();
    await listed.nth(3).click();
    expect(await box.inputValue()).toBe(sentence);
    await finish(visited);
  });

  test("a text to go on from, colder and hotter", async () => {
    const visited = await opened("gpt");
    const { page } = visited;
    await trainTo(page, 30);
    const temperature = page.getByLabel("Temperature");
    const prompt = page.getByLabel("Prompt");
    const written = async (places: number): Promise<string> => {
      await temperature.fill(String(places));
      await prompt.fill(`Captain Ahab ${places} `);
      await press(page, "Continue this");
      const text = async (): Promise<string> =>
        (await page.locator(".written").textContent()) ?? "";
      const begun = `Captain Ahab ${places} `;
      const long = async (): Promise<boolean> => {
        const now = await text();
        return now.startsWith(begun) && now.length > 100;
      };
      await expect.poll(long, { timeout: 40_000 }).toBe(true);
      return (await text()).slice(begun.length, 100);
    };
    const letters = (text: string): number => new Set(text).size;
    expect(letters(await written(0))).toBeLessThan(letters(await written(7)));
    await finish(visited);
  });

  test("optimizers, step by step or not: every step of each path, all lowest points, every rate", async () => {
    const visited = await opened("optimizers");
    const { page } = visited;
    const ways = page.locator(".stage path.way");
    const lengths = (): Promise<number[]> =>
      ways.evaluateAll((paths) =>
        paths.map((path) => path.getAttribute("d")?.split("L").length ?? 0),
      );
    const crosses = page.locator(".stage svg g[stroke='var(--text)'] path");
    expect(await crosses.count()).toBe(1);
    expect(await page.getByLabel("Seed").count()).toBe(0);
    const said = await page.getByRole("list", { name: "The optimizers" }).textContent();
    expect(said?.match(/rate 0\.\d+/g)).toHaveLength(5);
    for (let step = 1; step <= 3; step++) await oneStep(page);
    expect(await lengths()).toEqual(Array(5).fill(4));
    const byStep = await ways.evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
    await press(page, "Reset");
    await stateIs(page, "ready");
    await trainTo(page, 24);
    const taken = await stepOf(page);
    expect(await lengths()).toEqual(Array(5).fill(taken + 1));
    const atOnce = await ways.evaluateAll((paths) =>
      paths.map((path) => path.getAttribute("d") ?? ""),
    );
    byStep.forEach((way, i) => {
      expect(atOnce[i]?.startsWith(way as string)).toBe(true);
    });
    await page.getByLabel("Surface", { exact: true }).selectOption("hollows");
    await until(() => crosses.count()).toBe(4);
    await finish(visited);
  });

  test("the exam's curve is of all that is descended: it falls, and ends above the cross-entropy alone", async () => {
    const visited = await opened("exam");
    const { page } = visited;
    await hurry(page);
    await press(page, "Start");
    await stateIs(page, "done");
    const { first, last } = await losses(page);
    expect(last).toBeLessThan(first);
    expect(last).toBeGreaterThan(await numberOf(page, "all"));
    expect(await page.locator(".chart").getAttribute("aria-label")).toContain("and the penalty");
    await finish(visited);
  });

  test("a fresh digit beside the drawing pad", async () => {
    const visited = await opened("digits");
    const { page } = visited;
    const seen = page.getByRole("img", { name: "What it sees" });
    const before = await picture(seen);
    await press(page, "Another unseen digit");
    await until(() => picture(seen)).not.toBe(before);
    await finish(visited);
  });

  test("other colours, on what is drawn too, by the button and by the system", async () => {
    const visited = await opened("digits");
    const { page } = visited;
    const drawn = page.getByLabel("What it sees");
    const light = await picture(drawn);
    await press(page, "Dark mode");
    const dark = await picture(drawn);
    expect(dark).not.toBe(light);
    await press(page, "Light mode");
    expect(await picture(drawn)).toBe(light);
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await stateIs(page, "ready");
    await page.emulateMedia({ colorScheme: "dark" });
    await until(() => picture(drawn)).toBe(dark);
    await finish(visited);
  });

  test("a walk over the map of digits", async () => {
    const visited = await opened("autoencoder");
    const { page } = visited;
    await trainTo(page, 20);
    const here = page.getByRole("img", { name: "What is drawn where you are" });
    for (const axis of ["Across", "Up"]) {
      const before = await picture(here);
      await page.getByLabel(`${axis}: where on the map`).focus();
      await page.keyboard.press("End");
      await until(() => picture(here)).not.toBe(before);
    }
    await finish(visited);
  });

  test("carts that stand still, and move", async () => {
    const visited = await opened("cartpole");
    const { page } = visited;
    await press(page, "Stand still");
    await press(page, "Move");
    await page.getByRole("button", { name: "Stand still" }).waitFor();
    await finish(visited);
  });

  test("a word and its neighbours, and a word that it has not", async () => {
    const visited = await opened("word2vec");
    const { page } = visited;
    const near = page.getByRole("list", { name: "The nearest words" }).getByRole("listitem");
    const before = await near.allTextContents();
    expect(before.length).toBe(8);
    await page.getByLabel("Ask about a word").fill("Captain");
    await until(() => near.allTextContents()).not.toEqual(before);
    expect(await near.count()).toBe(8);
    await page.getByLabel("Ask about a word").fill("zzyzx");
    await until(() => page.locator(".ask .status").textContent()).toContain("“zzyzx” is not");
    expect(await near.count()).toBe(0);
    await finish(visited);
  });
});

describe("the lessons", { timeout: 60_000 }, () => {
  test("are linked from their pages, and each opens with its program", async () => {
    const { page, errors } = await visit(site, "");
    const links = page.locator(".lessons a");
    const names = await links.allTextContents();
    expect(names).toContain("pipeline");
    const some = names.filter((_, i) => inject("tier") === "full" || i % 4 === 0);
    for (const name of some) {
      await page.goto(`${site.url}#/lesson/${name}`);
      await page.getByRole("heading", { name: `The lesson: ${name}` }).waitFor();
      expect(await page.locator(".code").textContent()).toContain(": Demo = {");
      expect(await page.locator(".command").textContent()).toContain(`pnpm demo ${name}`);
    }
    expect(await faults(page)).toEqual([]);
    await page.goto(`${site.url}#/digits`);
    await stateIs(page, "ready");
    await page.getByRole("link", { name: "pnpm demo mnist" }).click();
    await page.getByRole("heading", { name: "The lesson: mnist" }).waitFor();
    await finish({ page, errors });
  });
});

test.runIf(inject("tier") === "full")(
  "MNIST's sixty thousand digits are learned on the page",
  {
    timeout: 900_000,
  },
  async () => {
    const visited = await opened("digits");
    const { page } = visited;
    await page.getByLabel("Digits", { exact: true }).selectOption("mnist");
    await stateIs(page, "ready", 120_000);
    await press(page, "Start");
    const accuracy = (): Promise<number> => numberOf(page, "accuracy");
    await expect.poll(accuracy, { timeout: 840_000, interval: 2000 }).toBeGreaterThanOrEqual(93);
    await finish(visited);
  },
);
