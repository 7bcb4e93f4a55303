import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { init, noGrad, type Tensor } from "@wgrad/autograd";
import { readSafetensors, writeSafetensors } from "@wgrad/autograd/safetensors";
import { load } from "@wgrad/autograd/saving";
import { beforeAll, expect, test } from "vitest";
import { Linear, Sequential, Tanh } from "../../src/index.ts";

/** Written by `exchange.py` with PyTorch and the safetensors library. */
const path = fileURLToPath(new URL("torch.safetensors", import.meta.url));

beforeAll(async () => {
  await init({ device: "cpu" });
});

test("weights saved by PyTorch give PyTorch's results", async () => {
  const saved = await load(path);
  const model = new Sequential(new Linear(5, 7), new Tanh(), new Linear(7, 3));
  const weights = Object.entries(saved)
    .filter(([name]) => name.startsWith("model."))
    .map(([name, value]) => [name.slice("model.".length), value] as const);
  model.loadStateDict(Object.fromEntries(weights));
  const y = await noGrad(() => model(saved.x as Tensor)).data();
  const expected = await (saved.y as Tensor).data();
  y.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThan(1e-6);
  });
});

test("reading the library's file and writing it again gives the same bytes", () => {
  const bytes = new Uint8Array(readFileSync(path));
  const { tensors, metadata } = readSafetensors(bytes);
  expect(writeSafetensors(tensors, metadata)).toEqual(bytes);
});
