import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { swiftShaderFolder } from "../../packages/autograd/src/devices/node/dawn.ts";

const full = inject("tier") === "full";
const groups = full ? ["ops", "modules", "losses", "optim"] : ["ops", "modules"];
const supported = process.platform === "linux" && process.arch === "x64";

/**
 * Deno's WebGPU is wgpu with naga, like Firefox's, so it compiles shaders differently from Dawn.
 */
test.skipIf(!supported).each(groups)(
  "reference cases %s on Deno's WebGPU",
  { timeout: full ? 3_600_000 : 180_000 },
  async (group) => {
    const { stdout } = await runInDeno([
      "scripts/golden.ts",
      ...["--device", "webgpu", "--group", group, "--every", full ? "1" : "80"],
    ]);
    const totals = stdout.split("\n").filter((line) => line.startsWith(`${group}/`));
    expect(totals.length).toBeGreaterThan(0);
  },
);

/** Runs Deno in the root of the repository; throws with its output if it fails. */
function runInDeno(args: readonly string[]): Promise<{ stdout: string }> {
  const folder = dirname(createRequire(import.meta.url).resolve("deno/package.json"));
  const program = join(folder, "bin.cjs");
  if (!existsSync(program)) throw new Error(`there is no Deno at ${program}`);
  const drivers = swiftShaderFolder();
  const root = join(import.meta.dirname, "../..");
  const deno = [program, "run", "-A", "--no-lock", "--conditions=@wgrad/source", ...args];
  return promisify(execFile)(process.execPath, deno, {
    cwd: root,
    maxBuffer: 2 ** 26,
    env: {
      ...process.env,
      NO_COLOR: "1",
      VK_ICD_FILENAMES: join(drivers, "vk_swiftshader_icd.json"),
      LD_LIBRARY_PATH: drivers,
    },
  });
}
