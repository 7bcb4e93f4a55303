import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { explain, init, tensor } from "@wgrad/autograd";
import { type Device, registerDevice } from "@wgrad/autograd/plugin";
import { describe, expect, inject, TestRunner, test } from "vitest";
import { collectRows, expectSame, outcome, usual } from "../ops/harness.ts";
import { ToyDevice } from "./toy-device.ts";

const toy = "toy" as "cpu";
registerDevice(toy, async (): Promise<Device> => new ToyDevice());

/** The quick tier takes every seventh row. */
const every = inject("tier") === "full" ? 1 : 7;

describe("a device of one file, which evaluates the loops of kernels", async () => {
  const folder = fileURLToPath(new URL("../ops/", import.meta.url));
  const tables = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".test.ts") && readFileSync(join(folder, file), "utf8").includes("testOps("),
  );
  const rows = await collectRows(async () => {
    for (const file of tables) await import(/* @vite-ignore */ `${join(folder, file)}?toy`);
  });
  TestRunner.getCurrentSuite().tasks.length = 0;

  test("has the name under which it was registered", async () => {
    expect(await init({ device: toy })).toMatchObject({ device: "toy" });
    expect(() => registerDevice(toy, async () => null)).toThrow(
      'a device named "toy" is already registered',
    );
  });

  test("explains kernels by their loops", async () => {
    await init({ device: toy });
    const text = explain(
      tensor([[1, 2, 3]])
        .mul(2)
        .add(1)
        .sum(1),
    );
    expect(text).toMatchInlineSnapshot(`
      "sum f32[1] on toy: 5 nodes, 1 source, 1 kernel
      graph
        %0 = fill(2) f32[]
        %1 = mul(source 0 f32[1, 3], %0 as [1, 3] strides [0, 0]) f32[1, 3]
        %2 = fill(1) f32[]
        %3 = add(%1, %2 as [1, 3] strides [0, 0]) f32[1, 3]
        %4 = sum(%3) f32[1]
      kernel 0: mul · add · sum → %4; reads 12 B, writes 4 B, 9 operations, 1 dispatch
      for each of 1 threads
        var v0 = 0
        var v1 = 0
        for v2 from 0 to 3 by 1
          v3 = add(mul(in0[(thread in [1])·1 + (v2 in [3])·1], param0), param2)
          v4 = add(v0, v3)
          v1 := add(v1, add(sub(v0, sub(v4, sub(v4, v0))), sub(v3, sub(v4, v0))))
          v0 := v4
        v5 = v0
        v6 = v1
        v7 = select(isFinite(v5), add(v5, v6), v5)
        out0[thread] := v7"
    `);
  });

  test.each(rows.filter((_, i) => i % every === 0))(
    "gives what the cpu device gives: $name",
    async (row) => {
      await init({ device: "cpu" });
      const want = await outcome(row, row.inputs, { device: "cpu" });
      await init({ device: toy });
      const got = await outcome(row, row.inputs, { device: toy });
      expectSame(got, want, row.tolerance ?? usual);
    },
  );
});
