import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { findChromium } from "./chromium.ts";
import { checkFields, checkPacked, type Manifest, manifestIn } from "./release/check-package.ts";
import { published, type Rehearsal, rehearse } from "./release/rehearse.ts";

test.each(published())("%s has the fields that npm shows and its origin", (folder) => {
  expect(checkFields(manifestIn(folder), folder)).toEqual([]);
});

describe("faults of a package are reported", () => {
  const folder = mkdtempSync(join(tmpdir(), "wgrad-packed-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  const manifest = {
    name: "@wgrad/x",
    version: "1.0.0",
    exports: { ".": { default: "./dist/index.js" } },
    peerDependencies: { "@wgrad/autograd": "workspace:^" },
  };

  test("fields", () => {
    const sound = manifestIn("packages/nn");
    expect(checkFields(sound, "packages/optim")).toEqual([
      "@wgrad/nn: repository.directory packages/optim is missing",
    ]);
    const { publishConfig: _, ...bare } = sound;
    expect(checkFields(bare as Manifest, "packages/nn")).toEqual([
      "@wgrad/nn: publishConfig.access public is missing",
      "@wgrad/nn: publishConfig.provenance is missing",
    ]);
  });

  test("files, ranges, versions", () => {
    write("package.json", JSON.stringify(manifest));
    mkdirSync(join(folder, "src"));
    expect(checkPacked(folder, "1.1.0", true)).toEqual([
      "@wgrad/x: its version is 1.0.0, expected 1.1.0",
      "@wgrad/x: README.md does not start with its name",
      "@wgrad/x: LICENSE is missing",
      "@wgrad/x: it does not contain ./dist/index.js",
      '@wgrad/x: @wgrad/autograd is at "workspace:^"',
      '@wgrad/x: it needs @wgrad/autograd at "workspace:^", expected "^1.1.0"',
      "@wgrad/x: dist/bundle/index.js is missing: run pnpm bundle",
      "@wgrad/x: it contains sources",
    ]);
  });
});

/** The path of a program on PATH, or the one that an environment variable names. */
function found(name: string): string | undefined {
  const given = process.env[`${name.toUpperCase()}_PATH`];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return given ?? folders.map((folder) => join(folder, name)).find(existsSync);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await new Promise<void>((closed) => void server.close(() => closed()));
  return port;
}

describe.skipIf(inject("tier") !== "full")("packages from a local registry", () => {
  const home = mkdtempSync(join(tmpdir(), "wgrad-first-"));
  let rehearsal: Rehearsal;
  let browser: Browser;

  async function run(command: string, args: string[], cwd: string): Promise<string> {
    const env = {
      ...process.env,
      NODE_OPTIONS: "",
      NODE_ENV: "development",
      "npm_config_@wgrad:registry": rehearsal.registry.url,
      npm_config_fund: "false",
      npm_config_audit: "false",
    };
    const shell = process.platform === "win32";
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, shell });
    return stdout + stderr;
  }

  /** A project as users get it: made by npm create and installed. */
  async function project(template: string): Promise<string> {
    const { url } = rehearsal.registry;
    const args = ["--yes", `--registry=${url}`, "create-wgrad", template, "--template", template];
    await run("npm", ["exec", ...args.slice(0, 2), "--", ...args.slice(2)], home);
    const folder = join(home, template);
    await run("npm", ["install", "--loglevel=error"], folder);
    return folder;
  }

  /** Starts the server of a project, opens its page, and returns the final text of the page. */
  async function pageSays(folder: string, args: string[], port: number): Promise<string> {
    const env = { ...process.env, NODE_OPTIONS: "", PORT: String(port) };
    const server = spawn(process.execPath, args, { cwd: folder, env, stdio: "pipe" });
    const said: string[] = [];
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (data) => void said.push(String(data)));
    }
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => void faults.push(String(error)));
    try {
      await expect
        .poll(() => said.join(""), { timeout: 30_000 })
        .toMatch(/http:\/\/(localhost|127)/);
      await page.goto(`http://localhost:${port}/`);
      const text = async (): Promise<string> => (await page.locator("pre").textContent()) ?? "";
      await expect.poll(text, { timeout: 120_000 }).toContain("accuracy:");
      expect(faults).toEqual([]);
      return await text();
    } finally {
      await page.close();
      server.kill();
    }
  }

  /** Checks that the loss falls and the points are classified. */
  function expectTrained(output: string): void {
    const losses = [...output.matchAll(/^step \d+: loss ([\d.]+)$/gm)].map(([, x]) => Number(x));
    expect(losses, output).toHaveLength(5);
    expect(losses[4], output).toBeLessThan((losses[0] as number) / 2);
    expect(Number(/accuracy: ([\d.]+) %/.exec(output)?.[1]), output).toBeGreaterThan(95);
  }

  beforeAll(async () => {
    rehearsal = await rehearse();
    const { executablePath, env } = findChromium();
    browser = await chromium.launch({ executablePath, env, args: ["--no-sandbox"] });
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await rehearsal?.registry.close();
    rmSync(home, { recursive: true, force: true });
  });

  test("all packages are published, at one version that the changesets determine", () => {
    expect(rehearsal.packages).toHaveLength(published().length);
    expect(rehearsal.version).toMatch(/^0\.[1-9]\d*\.\d+$/); // breaking changes before 1.0 do not make it 1.0
  });

  describe("in Node, Deno and Bun", () => {
    let folder: string;
    beforeAll(async () => {
      folder = await project("node");
    }, 300_000);

    test("node", { timeout: 120_000 }, async () => {
      expectTrained(await run("npm", ["start"], folder));
    });
    test("deno", { timeout: 120_000 }, async ({ skip }) => {
      const deno = found("deno") ?? "node_modules/.bin/deno";
      if (!existsSync(deno)) skip("there is no Deno");
      const program = join(process.cwd(), deno);
      const at = existsSync(program) ? program : deno;
      expectTrained(await run(at, ["run", "-A", "--node-modules-dir=manual", "train.js"], folder));
    });
    test("bun", { timeout: 120_000 }, async ({ skip }) => {
      const bun = found("bun");
      if (bun === undefined) skip("there is no Bun on PATH or in $BUN_PATH");
      expectTrained(await run(bun as string, ["train.js"], folder));
    });
  });

  test("in a browser, with Vite", { timeout: 400_000 }, async () => {
    const folder = await project("vite");
    await run("npm", ["run", "build"], folder);
    const port = await freePort();
    const vite = ["node_modules/vite/bin/vite.js", "--port", String(port), "--strictPort"];
    expectTrained(
      await pageSays(folder, ["node_modules/vite/bin/vite.js", "preview", ...vite.slice(1)], port),
    );
    expectTrained(await pageSays(folder, vite, port));
  });

  test("in a browser, without a bundler", { timeout: 300_000 }, async () => {
    const folder = await project("page");
    expectTrained(await pageSays(folder, ["serve.js"], await freePort()));
  });
});
