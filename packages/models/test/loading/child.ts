/** Run by memory.node.test.ts: loads a large model and prints the peak memory of the process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, memory } from "@wgrad/autograd";
import { unfilled } from "@wgrad/autograd/plugin";
import { fromPretrained, GPT2LMHeadModel } from "@wgrad/models";
import { config, element, writeModel } from "./big.ts";

/** A line of /proc/self/status, in bytes. */
const status = (name: string): number => {
  const line = readFileSync("/proc/self/status", "utf8").match(
    RegExp(`^${name}:\\s+(\\d+) kB`, "m"),
  );
  return 1024 * Number(line?.[1]);
};

const folder = mkdtempSync(join(tmpdir(), "wgrad-large-"));
try {
  await init({ device: "wasm" });
  const { made } = unfilled(() => new GPT2LMHeadModel(config));
  const shapes = Object.entries(made.stateDict()).map(
    ([name, { shape }]) => [name, shape] as const,
  );
  const bytes = writeModel(folder, shapes, 2 ** 27);
  (globalThis as { gc?: () => void }).gc?.();
  // reset the peak
  writeFileSync("/proc/self/clear_refs", "5");
  const before = status("VmRSS");
  const model = await fromPretrained(folder, { architecture: GPT2LMHeadModel });
  const peak = status("VmHWM");
  const held = memory().bytes.cells;

  const wrong: string[] = [];
  for (const [place, [name, tensor]] of Object.entries(model.stateDict()).entries()) {
    const rows = tensor.shape[0] as number;
    const last = await tensor
      .narrow(0, rows - 1, 1)
      .reshape([-1])
      .data();
    const start = tensor.shape.reduce((a, b) => a * b, 1) - last.length;
    const fits = last.every((value, i) => value === Math.fround(element(place, start + i)));
    if (!fits) wrong.push(name);
  }
  console.log(JSON.stringify({ bytes, before, peak, held, wrong }));
} finally {
  rmSync(folder, { recursive: true });
}
