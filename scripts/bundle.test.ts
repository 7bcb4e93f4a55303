import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundlePrograms } from "./bundled.ts";
import { findChromium } from "./chromium.ts";

const packages = ["autograd", "nn", "optim"];
const folder = resolve(".reports/bundle");
const page = readFileSync("docs/without-bundler.md", "utf8").match(/```html\n([\s\S]*?)```/)?.[1];

let browser: Browser;

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of packages) {
    execFileSync(
      "npx",
      ["tsdown", "--config", "../../tsdown.bundle.ts", "-d", join(folder, name)],
      {
        cwd: join("packages", name),
        stdio: "pipe",
      },
    );
  }
  const { executablePath, env } = findChromium();
  browser = await chromium.launch({ executablePath, env, args: ["--no-sandbox"] });
}, 180_000);
afterAll(() => browser?.close());

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".html": "text/html" };

test("a page without a bundler trains, with one file for each package and one for the device", async () => {
  const tab = await browser.newPage();
  const asked: string[] = [];
  const faults: string[] = [];
  tab.on("pageerror", (error) => void faults.push(String(error)));
  await tab.route("http://page.test/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/") return route.fulfill({ contentType: "text/html", body: page ?? "" });
    const path = join(folder, pathname.replace(/^\/wgrad\//, ""));
    if (!existsSync(path)) return route.fulfill({ status: 404, body: "" });
    asked.push(pathname);
    const contentType = types[extname(path)] ?? "application/octet-stream";
    return route.fulfill({ contentType, body: readFileSync(path) });
  });
  const printed = async (): Promise<string[]> =>
    ((await tab.locator("pre").textContent()) ?? "").split("\n").filter((line) => line !== "");
  await tab.goto("http://page.test/");
  await expect
    .poll(async () => (await printed()).length, {
      timeout: 60_000,
    })
    .toBe(4);
  const losses = (await printed()).map(Number);
  expect(losses.at(-1)).toBeLessThan(0.1);
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  expect(faults).toEqual([]);
  // no module of an unused device, and no request for each single module
  expect(asked.length).toBeLessThanOrEqual(16);
  expect(new Set(asked).size).toBe(asked.length);
}, 120_000);

test("a bundled program that imports two functions has all that tensors need", async () => {
  const code = `import { init, linspace } from "@wgrad/autograd";
await init({ device: "cpu" });
console.log(await linspace(0, 1, 3).square().sum().item());
`;
  writeFileSync(join(folder, "smallest.ts"), code);
  const program = (await bundlePrograms(folder, ["smallest"], folder, []))("smallest");
  expect(execFileSync(process.execPath, [program], { encoding: "utf8" })).toBe("1.25\n");
});
