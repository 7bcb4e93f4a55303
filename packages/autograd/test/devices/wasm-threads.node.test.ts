import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { init } from "@wgrad/autograd";
import { registerDevice } from "@wgrad/autograd/plugin";
import { afterAll, describe, expect, inject, TestRunner, test } from "vitest";
import { openWasm } from "../../src/devices/wasm/device.ts";
import { FunctionCache } from "../../src/devices/wasm/functions.ts";
import { Memory } from "../../src/devices/wasm/memory.ts";
import { renderFunction } from "../../src/devices/wasm/render/function.ts";
import { Threads } from "../../src/devices/wasm/threads.ts";
import { e } from "../../src/kernel/expression.ts";
import { Builder } from "../../src/kernel/loops.ts";
import { collectRows, outcome } from "../ops/harness.ts";

const full = inject("tier") === "full";
const every = full ? 1 : 19;
const counts = [1, 2, 4];

/** Devices that share everything that is of two threads of a grid or more. */
for (const threads of counts) {
  registerDevice(`wasm${threads}`, async () => {
    const device = openWasm({ threads, chunk: 1 });
    return device === null ? null : Object.assign(device, { kind: `wasm${threads}` });
  });
}
afterAll(() => init({ device: "wasm" }));

describe("the number of threads does not change bits", async () => {
  const folder = fileURLToPath(new URL("../ops/", import.meta.url));
  const tables = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".test.ts") && readFileSync(join(folder, file), "utf8").includes("testOps("),
  );
  const rows = await collectRows(async () => {
    for (const file of tables) await import(/* @vite-ignore */ `${join(folder, file)}?threads`);
  });
  TestRunner.getCurrentSuite().tasks.length = 0;

  test.each(rows.filter((_, i) => i % every === 1 % every))("of $name", async (row) => {
    const found: unknown[] = [];
    for (const threads of counts) {
      const device = `wasm${threads}` as "wasm";
      await init({ device });
      found.push(await outcome(row, row.inputs, { device }));
    }
    for (const other of found) expect(other).toStrictEqual(found[0]);
  });
});

test("helpers compute chunks, each chunk once, also when functions and memory change", async () => {
  const memory = new Memory(true);
  const functions = new FunctionCache(memory, 0);
  const threads = new Threads(memory, 3);
  const size = 64 * 50;
  let output = memory.take(4 * size);
  const block = memory.take(64);
  const arrays = memory.take(3 * 64);
  try {
    for (let round = 0; round < 400 || threads.helped === 0; round++) {
      const b = new Builder();
      // out[thread] += Σ 1 + round % 40: what is computed twice, or not at all, shows
      const sum = b.var(e.u32(round % 40));
      b.for(e.u32(0), e.size(2000), 1, () => b.set(sum, e.add(sum, e.u32(1))));
      const out = { output: 0 };
      b.store(out, "u32", e.thread, e.add(e.load(out, "u32", e.thread), sum));
      const grid = { kind: "threads", threads: size } as const;
      const lease = functions.take([renderFunction({ grid, body: b.statements }, false)]);
      const [run] = lease.functions;
      if (run === undefined) throw new Error("no function");
      memory.words.fill(0, output.address / 4, output.address / 4 + size);
      memory.words[block.address / 4] = output.address;
      const stage = { run, count: size, chunk: 50, block: block.address };
      threads.run(stage, arrays.address, 64);
      threads.run(stage, arrays.address, 64);
      const found = new Set(memory.words.slice(output.address / 4, output.address / 4 + size));
      expect([...found]).toEqual([2 * (2000 + (round % 40))]);
      lease.end();
      if (round % 100 === 0) {
        output = memory.take(2 ** 23); // grows
      }
      if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  } finally {
    threads.dispose();
  }
});

/** What a program of its own prints, which uses helpers and then does `last`. */
async function printed(last: string): Promise<string> {
  const program = `
    import { init, ones } from "@wgrad/autograd";
    await init({ device: "wasm", threads: 2 });
    const x = ones([400, 400]);
    for (let i = 0; i < 20; i++) await x.matmul(x).sum().item();
    console.log(await x.matmul(x).sum().item());
    ${last}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@wgrad/source", "--import", "tsx", "--input-type=module", "--eval", program],
    { cwd: new URL("../..", import.meta.url), timeout: 60_000 },
  );
  return stdout.trim();
}

const ends = [
  "",
  "process.exit();",
  "setTimeout(process.exit, 5); for (;;) await x.matmul(x).sum().item();",
];

test.each(full ? ends : ends.slice(2))(
  "a program with helpers ends by itself: %s",
  async (last) => {
    expect(await printed(last)).toBe("64000000");
  },
);
