import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const source = resolve(here, "../src");
const modules = resolve(here, "../node_modules");
const tsx = resolve(here, "../../../node_modules/tsx/dist/loader.mjs");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The package as a user has it who installed only `peers`; prints what `expression` gives. */
async function inNode(peers: string[], expression: string): Promise<string> {
  const home = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(home, "package.json"), `{ "type": "module" }`);
  cpSync(join(source, "errors.ts"), join(home, "errors.ts"));
  cpSync(join(source, "devices/node"), join(home, "devices/node"), { recursive: true });
  for (const peer of peers) {
    const link = join(home, "node_modules", peer);
    mkdirSync(resolve(link, ".."), { recursive: true });
    symlinkSync(join(modules, peer), link);
  }
  const program = `
    import { softwareAdapter } from ${JSON.stringify(join(home, "devices/node/dawn.ts"))};
    try { console.log(${expression}); } catch (error) { console.log(error.name + ": " + error.message); }`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", tsx, "--input-type=module", "--eval", program],
    { env: { ...process.env, NODE_PATH: "", XDG_CACHE_HOME: join(folder, "cache") } },
  );
  return stdout.trim();
}

const architecture = "(await softwareAdapter()).info.architecture";

test("the optional peers are asked for by name", async () => {
  expect(await inNode([], architecture)).toMatch(
    /^DeviceError: .*"webgpu".*\n.*npm install webgpu$/,
  );
  expect(await inNode(["webgpu"], architecture)).toMatch(
    /^DeviceError: .*"@sparticuz\/chromium"\n.*npm install @sparticuz\/chromium$/,
  );
});

test("elsewhere than on x64 Linux the error says where it runs", async () => {
  const onArm = `(Object.defineProperty(process, "arch", { value: "arm64" }), ${architecture})`;
  expect(await inNode(["webgpu", "@sparticuz/chromium"], onArm)).toMatch(
    /^DeviceError: softwareAdapter: runs on x64 Linux only, this is arm64 /,
  );
});

test("processes that unpack at the same time leave one complete folder", async () => {
  const peers = ["webgpu", "@sparticuz/chromium"];
  const answers = await Promise.all([1, 2, 3].map(() => inNode(peers, architecture)));
  expect(answers).toEqual(["swiftshader", "swiftshader", "swiftshader"]);
  expect(readdirSync(join(folder, "cache/wgrad"))).toEqual(["swiftshader-153.0.0"]);
});
