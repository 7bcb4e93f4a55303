import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { save } from "@wgrad/autograd/saving";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { RankFailedError, spawn } from "../src/index.ts";
import { bundle } from "./bundled.ts";

const full = inject("tier") === "full";
let at: (name: string) => string;
const folder = mkdtempSync(join(tmpdir(), "wgrad-torn-"));
beforeAll(async () => {
  at = await bundle();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The first error, and the milliseconds from the fault until all ranks were gone. */
async function failureOf(program: string, args: readonly string[]): Promise<[string, number]> {
  let begun = 0;
  const onMessage = (time: unknown): void => {
    begun = time as number;
  };
  const error = await spawn(at(program), { nprocs: 2, args, onMessage }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RankFailedError);
  const { message, cause } = error as RankFailedError;
  const text =
    cause === undefined ? message : `${(cause as Error).name}: ${(cause as Error).message}`;
  return [text, Date.now() - begun];
}

const faults: readonly { fault: string; reported: string | RegExp; quick?: boolean }[] = [
  { fault: "throws", reported: "RangeError: no more examples on this disk", quick: true },
  { fault: "exits with a code", reported: "rank 1 ended with exit code 3" },
  {
    fault: "hangs",
    reported:
      "CollectiveTimeoutError: DistributedDataParallel.synchronize #6 of f32 [8] at step 3, bucket 0: rank 1 did not arrive within 3 s" +
      "\n  hint: call the same collectives on all ranks; initProcessGroup({ timeout }) sets how long to wait",
    quick: true,
  },
  { fault: "waits for something else", reported: /rank 1 did not arrive within 3 s/ },
  {
    fault: "another model",
    reported:
      "MismatchError: DistributedDataParallel: ranks have different models" +
      "\n  rank 0: weight, f32 [2, 3]\n  rank 1: weight, f32 [2, 4]" +
      "\n  hint: make the same model on all ranks, with the same settings",
    quick: true,
  },
  {
    fault: "calls another collective",
    reported:
      /ranks make different calls\n {2}rank 0: DistributedDataParallel.synchronize #\d of f32 \[8\] at step 3, bucket 0\n {2}rank 1: barrier #\d\n/,
  },
  {
    fault: "has another shape",
    reported:
      /rank 0: allReduce #\d \(sum\) of f32 \[2\]\n {2}rank 1: allReduce #\d \(sum\) of f32 \[3\]\n {2}hint: pass tensors of the same shape and dtype on all ranks/,
  },
  {
    fault: "finishes early",
    reported:
      /rank 1: destroyProcessGroup #\d\n {2}hint: one rank has finished: take the same number of steps on all ranks/,
    quick: true,
  },
];

describe("a rank that is a thread", () => {
  test.each(faults.filter(({ quick = false }) => full || quick))(
    "$fault: all ranks end with its error",
    async ({ fault, reported }) => {
      const [text, wall] = await failureOf("fault", [fault]);
      if (typeof reported === "string") expect(text).toBe(reported);
      else expect(text).toMatch(reported);
      expect(wall).toBeLessThan(10_000);
    },
  );

  test("a truncated checkpoint ends all ranks, and the file is unchanged", async () => {
    const whole = join(folder, "whole.safetensors");
    const torn = join(folder, "torn.safetensors");
    await save({ weights: Float32Array.from({ length: 1000 }, (_, i) => i) }, whole);
    const { length } = readFileSync(whole);
    writeFileSync(torn, readFileSync(whole).subarray(0, length - 500));
    const before = readFileSync(torn);
    const [text] = await failureOf("torn", [torn]);
    expect(text).toMatch(/torn\.safetensors/);
    expect(readFileSync(torn).equals(before)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["torn.safetensors", "whole.safetensors"]);
  });
});
