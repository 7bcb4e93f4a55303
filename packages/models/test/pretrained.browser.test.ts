import { init, noGrad, tensor } from "@wgrad/autograd";
import { fromPretrained, GPT2LMHeadModel } from "@wgrad/models";
import { afterAll, beforeAll, expect, test } from "vitest";

const forget = async (): Promise<void> => {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry("wgrad-downloads", { recursive: true }).catch(() => {});
};
beforeAll(async () => {
  await init({ device: "wasm" });
  await forget();
});
afterAll(forget);

test("a page loads a model from a server once, and then from its own files", async () => {
  const address = new URL("../../../golden/models/gpt2-tiny/", import.meta.url);
  const ids = tensor(Int32Array.of(5, 9, 2, 11), { shape: [1, 4] });
  const files: string[] = [];
  const options = { architecture: GPT2LMHeadModel };
  const model = await fromPretrained(address, {
    ...options,
    onProgress: ({ file }) => void files.push(file),
  });
  expect(new Set(files)).toEqual(new Set(["config.json", "model.safetensors"]));
  const again = await fromPretrained(address, { ...options, offline: true });
  const logits = (one: GPT2LMHeadModel): Promise<unknown> => noGrad(() => one(ids).logits).tolist();
  expect(await logits(again)).toEqual(await logits(model));
});
