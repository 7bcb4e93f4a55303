import { init, manualSeed, noGrad, type Tensor, tensor } from "@wgrad/autograd";
import { type Config, GPT2LMHeadModel, Lora, QuantizedLinear, quantize } from "@wgrad/models";
import { deepcopy } from "@wgrad/nn";
import { AdamW } from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";

const config: Config = {
  ...{ vocab_size: 48, n_positions: 32, n_embd: 32, n_layer: 2, n_head: 4 },
  ...{ resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0, initializer_range: 0.3 },
};
const ids = (): Tensor =>
  tensor(
    Int32Array.from({ length: 2 * 16 }, (_, i) => (i * i + 3 * i) % 48),
    { shape: [2, 16] },
  );

const cosine = async (a: Tensor, b: Tensor): Promise<number> =>
  a.mul(b).sum().div(a.norm()).div(b.norm()).item();

describe.each(["cpu", "wasm", "webgpu"] as const)("on %s", (device) => {
  beforeAll(() => init({ device }));

  test.each([
    [8, 0.9995, 1.01],
    [4, 0.9, 1.5],
  ] as const)("%i bits give almost the same logits and perplexity", async (bits, least, most) => {
    manualSeed(2);
    const model = new GPT2LMHeadModel(config).eval();
    const small = await quantize(deepcopy(model), { bits });
    const [before, after] = noGrad(() =>
      [model, small].map((one) => one(ids(), { labels: ids() })),
    );
    if (before === undefined || after === undefined) throw new Error("two models");
    expect(await cosine(before.logits, after.logits)).toBeGreaterThan(least);
    const ratio = (after.loss as Tensor).sub(before.loss as Tensor).exp();
    expect(await ratio.item()).toBeLessThan(most);
    const bytes = small.buffers().reduce((sum, { shape, dtype }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      return sum + count * (dtype === "u8" ? 1 : 4);
    }, 0);
    const whole = model.transformer.h.length * 12 * 32 * 32 * 4;
    expect(bytes / whole).toBeLessThan(bits === 8 ? 0.3 : 0.3);
  });

  test("every 4-bit and 8-bit number is restored exactly", async () => {
    for (const bits of [8, 4] as const) {
      const most = bits === 8 ? 127 : 7;
      const numbers = Float32Array.from({ length: 2 * (most + 1) }, (_, i) =>
        Math.min(i - most, most),
      );
      const layer = new QuantizedLinear(numbers, [1, numbers.length], null, {
        bits,
        groupSize: numbers.length,
      });
      expect(await layer.dequantized().tolist()).toEqual([[...numbers]]);
    }
  });
});

describe("a frozen base", () => {
  beforeAll(() => init({ device: "cpu" }));

  test("accepts an adapter, which learns", async () => {
    manualSeed(1);
    const model = await quantize(new GPT2LMHeadModel(config), { bits: 4 });
    const lora = new Lora(model, { r: 4, targetModules: ["c_attn"] });
    const optimizer = new AdamW(lora.parameters(), { lr: 1e-2 });
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const loss = model(ids(), { labels: ids() }).loss as Tensor;
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(await loss.item());
    }
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.2);
    expect(() => lora.merge()).toThrow("has quantized weights, into which no update can be merged");
  });

  test("refuses weights that it cannot pack", async () => {
    const values = new Float32Array(12);
    expect(() => new QuantizedLinear(values, [2, 6], null, { groupSize: 4 })).toThrow(
      "rows of 6 weights cannot be split into groups of 4",
    );
    await expect(quantize(new GPT2LMHeadModel(config), { bits: 3 as 4 })).rejects.toThrow(
      "weights of 3 bits are not supported",
    );
  });
});
