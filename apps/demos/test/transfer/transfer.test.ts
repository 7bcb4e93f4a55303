import { readFileSync } from "node:fs";
import { init, noGrad, tensor } from "@wgrad/autograd";
import { beforeAll, expect, test } from "vitest";
import { loadMobileNet } from "../../src/transfer/backbone.ts";

beforeAll(() => init({ device: "wasm" }));

test("MobileNetV2 as npm brings it gives what TensorFlow.js gives", {
  timeout: 60_000,
}, async () => {
  const file = new URL("mobilenet.json", import.meta.url);
  const { size, means } = JSON.parse(readFileSync(file, "utf8")) as {
    size: number;
    means: number[];
  };
  const area = size * size;
  const pixels = new Float32Array(3 * area);
  for (let i = 0; i < pixels.length; i++) {
    // three channels beside one another there, behind one another here
    pixels[(i % 3) * area + Math.floor(i / 3)] = Math.sin(i * 0.013) * Math.cos(i * 0.0007);
  }
  const model = loadMobileNet();
  const images = tensor(pixels, { shape: [1, 3, size, size] });
  const found = await noGrad(() => model.features(images).mean([2, 3])).data();
  const scale = Math.max(...means);
  const worst = Math.max(...means.map((mean, i) => Math.abs(mean - (found[i] as number))));
  expect(worst / scale).toBeLessThan(1e-5);
});
