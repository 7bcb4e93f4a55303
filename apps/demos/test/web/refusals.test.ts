import { readFileSync } from "node:fs";
import { readSafetensors, writeSafetensors } from "@wgrad/autograd/safetensors";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  finish,
  goTo,
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
import { expected } from "./pages.ts";
import { openSite, type Site } from "./site.ts";

/** What is refused, and what goes wrong, has nothing to do with the device: the processor starts soonest. */
let site: Site;
beforeAll(async () => {
  site = await openSite({ gpu: false });
}, 120_000);
afterAll(() => site.close());

const opened = (name: string): Promise<Visit> => openedOn(site, name);
const until = <T>(value: () => T) => expect.poll(value, { timeout: 30_000 });
const csv = (text: string, name = "houses.csv") => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(text),
});
const saying = (page: Page): Promise<string | null> => page.getByRole("alert").textContent();
/** What the list of data says is learned from. */
const chosen = (page: Page, list: string): Promise<string> =>
  page
    .getByLabel(list, { exact: true })
    .evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent ?? "");
const line = Array.from({ length: 40 }, (_, i) => `${i},${3 * i + 7}`).join("\n");

describe("what was refused is not chosen", { timeout: 60_000 }, () => {
  test("a user's own prices: the list says whose they are, and what was there trains on", async () => {
    const visited = await opened("housing");
    const { page } = visited;
    const list = (): Promise<string> => chosen(page, "Prices by");
    const upload = page.getByLabel("Your own prices");
    await oneStep(page);
    for (const [text, message] of [
      ["area,price\n100,300\nx,450\n", 'houses.csv: row 2 (line 3), column "area"'],
      ["area,price\n100,300\n150\n", "houses.csv: row 2 (line 3)"],
      ["price\n300\n", 'houses.csv: only one column, "price"'],
      ["", "houses.csv"],
    ] as const) {
      await upload.setInputFiles(csv(text));
      await until(() => saying(page)).toContain(message);
      expect(await saying(page)).toContain("The file cannot be used");
      await stateIs(page, "paused");
      expect(await list()).toBe("rooms (Boston 1970)");
      expect(await upload.inputValue()).toBe("");
    }
    await oneStep(page);
    expect(await stepOf(page)).toBe(2);
    expect(await page.getByRole("alert").isVisible()).toBe(false);

    await upload.setInputFiles(csv(`area,price\n${line}\n`));
    await stateIs(page, "ready");
    expect(await list()).toBe("your file: houses.csv");
    await upload.setInputFiles(csv("area,price\nParis,1\n", "worse.csv"));
    await until(() => saying(page)).toContain("worse.csv");
    expect(await list()).toBe("your file: houses.csv");
    await hurry(page);
    await press(page, "Start");
    await stateIs(page, "done");
    expect(await numberOf(page, "r2")).toBeGreaterThan(0.999);

    await page.getByLabel("Prices by", { exact: true }).selectOption("lstat");
    await stateIs(page, "ready");
    expect(await list()).toBe("poorer neighbours (Boston 1970)");
    expect(await page.getByLabel("Prices by", { exact: true }).textContent()).not.toContain("your");
    await finish(visited);
  });

  test("a refused file leaves the random numbers as they were", async () => {
    const lossOf = async (refused: boolean): Promise<number> => {
      const visited = await opened("housing");
      const { page } = visited;
      await oneStep(page);
      if (refused) {
        await page.getByLabel("Your own prices").setInputFiles(csv("a,b\n1,x\n"));
        await until(() => saying(page)).toContain("houses.csv");
      }
      // The second pass over the rows draws them in another order.
      await hurry(page);
      await press(page, "Resume");
      await stateIs(page, "done");
      const loss = await numberOf(page, "loss");
      await finish(visited);
      return loss;
    };
    expect(await lossOf(true)).toBe(await lossOf(false));
  });

  test.each([
    ["digits", "Digits", "mnist", /ubyte.*\.gz/, "60,000 digits could not be fetched"],
    ["word2vec", "Text", "both", /state-of-the-union/, "233 speeches could not be fetched"],
  ])(
    "data that did not come: the list of %s goes back, and says what there is",
    async (name, list, option, files, message) => {
      const { page } = await opened(name);
      const parameters = await numberOf(page, "parameters");
      const before = await chosen(page, list);
      await page.context().route(files, (route) => route.abort());
      await page.getByLabel(list, { exact: true }).selectOption(option);
      await until(() => saying(page)).toContain(message);
      expect(await chosen(page, list)).toBe(before);
      expect(await page.evaluate(() => location.hash)).toBe(`#/${name}`);
      await oneStep(page);
      expect(await numberOf(page, "parameters")).toBe(parameters);
      await page.context().close();
    },
  );

  test("a seed that is none, on any page that has one", { timeout: 300_000 }, async () => {
    const visited = await opened("housing");
    const { page } = visited;
    const some = ["housing", "exam", "clusters", "cartpole"];
    for (const name of inject("tier") === "full" ? Object.keys(expected) : some) {
      if (name !== "housing") await goTo(page, name);
      const seed = page.getByLabel("Seed", { exact: true });
      if ((await seed.count()) === 0) continue;
      await oneStep(page);
      for (const wrong of ["-1", "1.5", "", "4294967296"]) {
        await seed.fill(wrong);
        await press(page, "Reset");
        expect([wrong, await seed.getAttribute("aria-invalid")]).toEqual([wrong, "true"]);
        expect(await seed.evaluate((element) => document.activeElement === element)).toBe(true);
        expect([await stepOf(page), await stateOf(page)]).toEqual([1, "paused"]);
      }
      await seed.fill("4294967295");
      await press(page, "Reset");
      await stateIs(page, "ready");
      expect(await page.evaluate(() => location.hash)).toBe(`#/${name}?seed=4294967295`);
    }
    await finish(visited);
  });
});

describe("weights", { timeout: 60_000 }, () => {
  test("go down as safetensors and come back up; others' are refused and change nothing", async () => {
    const visited = await opened("exam");
    const { page } = visited;
    await press(page, "Start");
    await stateIs(page, "done");
    const slope = await numberOf(page, "slope");
    const path = await downloaded(page);
    const { tensors, metadata } = readSafetensors(readFileSync(path));
    expect(metadata.demo).toBe("exam");
    expect(Object.keys(tensors).sort()).toEqual(["linear.bias", "linear.weight"]);

    await press(page, "Reset");
    await stateIs(page, "ready");
    expect(await numberOf(page, "slope")).not.toBe(slope);
    const upload = page.getByLabel("Load weights");
    await upload.setInputFiles(csv("not weights", "broken.safetensors"));
    await until(() => saying(page)).toContain("broken.safetensors");
    expect(await numberOf(page, "slope")).not.toBe(slope);
    await upload.setInputFiles(path);
    await until(() => numberOf(page, "slope")).toBe(slope);
    await until(() => page.locator(".weights").textContent()).toContain("are in use");
    expect(await page.getByRole("alert").isVisible()).toBe(false);
    await finish(visited);
  });

  test("of another width offer to restart with it", async () => {
    const visited = await opened("boundary?width=4");
    const { page } = visited;
    const path = await downloaded(page);
    const parameters = await numberOf(page, "parameters");
    await slide(page, "Width", 8);
    await until(() => numberOf(page, "parameters")).not.toBe(parameters);
    await stateIs(page, "ready");
    await page.getByLabel("Load weights").setInputFiles(path);
    await press(page, "Restart with Width 4, and load");
    await until(() => page.locator(".weights").textContent()).toContain("are in use");
    expect(await numberOf(page, "parameters")).toBe(parameters);
    expect(await page.getByLabel("Width").getAttribute("aria-valuetext")).toBe("4");
    await finish(visited);
  });
});

describe("a training that diverges says at which step, and Reset recovers", {
  timeout: 90_000,
}, () => {
  /** Pages with weights, and where their steps are of the kind that can diverge. */
  const some = ["boundary", "word2vec", "cartpole?way=deep-q"];
  const others = ["housing", "exam", "digits", "autoencoder", "sentiment", "gpt"];
  const pages = inject("tier") === "full" ? [...some, ...others] : some;

  let visited: Visit;
  beforeAll(async () => {
    visited = await opened("housing");
  });
  afterAll(() => finish(visited));

  test.each(pages)("%s, from weights that are too large", async (name) => {
    const { page } = visited;
    await goTo(page, name);
    const drawn = await page.locator(".stage").innerHTML();
    const file = readSafetensors(readFileSync(await downloaded(page)));
    const huge = Object.entries(file.tensors).map(([key, { dtype, shape, data }]) => {
      return [key, { dtype, shape, data: data.map(() => 3e38) as Float32Array }] as const;
    });
    const buffer = Buffer.from(writeSafetensors(Object.fromEntries(huge), file.metadata));
    await page
      .getByLabel("Load weights")
      .setInputFiles({ name: "huge.safetensors", mimeType: "application/octet-stream", buffer });
    await until(() => page.locator(".weights").textContent()).toContain("are in use");
    await press(page, "Start");
    await divergedAt(page);
    expect(await shown(page)).not.toMatch(/NaN|Infinity|undefined/);
    expect(await page.locator(".stage").innerHTML()).not.toBe("");
    await recovers(page);
    expect((await page.locator(".stage").innerHTML()).length).toBeGreaterThan(drawn.length / 2);
  });

  test("housing, as its text invites to: every dot and the last line stay", async () => {
    const { page } = visited;
    await goTo(page, "housing?batch=1&lr=0.3");
    await press(page, "Start");
    await divergedAt(page);
    expect(await page.locator(".stage circle").count()).toBe(506);
    expect(await page.locator(".stage path.fit").getAttribute("d")).not.toMatch(/NaN|undefined/);
    expect(await page.locator(".chart").getAttribute("aria-label")).toMatch(/diverged at step \d+/);
    await slide(page, "Learning rate", 0.003);
    await recovers(page);
    await press(page, "Resume");
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBeGreaterThan(100);
    // the smooth line comes down over many houses, one a step
    await until(async () => (await losses(page)).last).toBeLessThan(1);
  });

  test.runIf(inject("tier") === "full")(
    "optimizers: who flies off is said to, the others go on",
    async () => {
      const { page } = visited;
      await goTo(page, "optimizers?lr=10");
      await hurry(page);
      await press(page, "Start");
      await stateIs(page, "done");
      const said = await page.getByRole("list", { name: "The optimizers" }).textContent();
      expect(said).toMatch(/SGD\s*rate 0.01\s*flew off at step \d+/);
      expect(said).toMatch(/Adam\s*rate 0.08\s*height [\d.e-]+/);
      expect(await shown(page)).not.toMatch(/NaN|Infinity|undefined/);
      expect(await numberOf(page, "best")).toBeLessThan(1);
    },
  );
});

const full = inject("tier") === "full";
test.runIf(full)(
  "a table of 200,000 rows is drawn in part, and learned",
  {
    timeout: 120_000,
  },
  async () => {
    const visited = await opened("housing");
    const { page } = visited;
    const many = Array.from({ length: 200_000 }, (_, i) => `${i % 5003},${2 * (i % 5003) + 1e6}`);
    const name = "the price of it in the dollars of the year two thousand and eight";
    await page
      .getByLabel("Your own prices")
      .setInputFiles(
        csv(`square feet of the whole house and its garden,${name}\n${many.join("\n")}\n`),
      );
    await until(() => page.locator(".stage .status").textContent()).toContain(
      "2,000 of 200,000 rows",
    );
    await stateIs(page, "ready", 60_000);
    expect(await page.locator(".stage circle").count()).toBe(2000);
    await press(page, "Start");
    await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(20);
    await press(page, "Pause");
    await stateIs(page, "paused");
    for (const width of [320, 1240]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(100);
      expect(await spills(page)).toEqual([]);
    }
    await finish(visited);
  },
);

/** What the page says, but for the code that runs. */
const shown = async (page: Page): Promise<string> =>
  (await page.locator(".demo > header, .notice, .toolbar, .columns").allTextContents()).join(" ");

async function downloaded(page: Page): Promise<string> {
  const [down] = await Promise.all([
    page.waitForEvent("download"),
    press(page, "Download weights"),
  ]);
  expect(down.suggestedFilename()).toMatch(/\.safetensors$/);
  return down.path();
}

async function divergedAt(page: Page): Promise<void> {
  await stateIs(page, "diverged");
  expect(await saying(page)).toMatch(
    /The training diverged at step [\d,]+.*Lower “Learning rate”/s,
  );
}

/** Reset takes the notice away, and steps are taken again. */
async function recovers(page: Page): Promise<void> {
  await page.getByRole("alert").getByRole("button", { name: "Reset" }).click();
  await stateIs(page, "ready");
  expect(await page.getByRole("alert").isVisible()).toBe(false);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Start");
  await oneStep(page);
}
