import { readFileSync } from "node:fs";
import { init } from "@wgrad/autograd";
import { beforeAll, expect, test } from "vitest";
import { loadSentenceEncoder } from "../../src/sentences/encoder.ts";

interface Case {
  readonly sentence: string;
  readonly ids: readonly number[];
  readonly vector: readonly number[];
}

beforeAll(() => init({ device: "wasm" }));

test("the sentence encoder as npm brings it gives what TensorFlow.js gives", {
  timeout: 60_000,
}, async () => {
  const file = new URL("encoder.json", import.meta.url);
  const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];
  const encoder = loadSentenceEncoder();
  expect(cases.map(({ sentence }) => encoder.tokenizer.encode(sentence))).toEqual(
    cases.map(({ ids }) => ids),
  );
  // all at once, padded to the longest, which is cut
  const found = await encoder.encode(cases.map(({ sentence }) => sentence)).data();
  const wanted = cases.flatMap(({ vector }) => vector);
  const worst = Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number))));
  expect(found.length).toBe(wanted.length);
  expect(worst).toBeLessThan(1e-5);
  const [one] = (await encoder.encode([""]).tolist()) as number[][];
  expect(Math.hypot(...(one as number[]))).toBeCloseTo(1, 5);
});
