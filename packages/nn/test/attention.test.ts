import { defaultGenerator, init, manualSeed, randn, type Tensor, tensor } from "@wgrad/autograd";
import {
  copyModule,
  init as initializers,
  MultiheadAttention,
  Transformer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  test("attention with and without weights agree, and isCausal equals a causal mask", async () => {
    const layer = new MultiheadAttention(8, 2, {
      batchFirst: true,
      addBiasKv: true,
      addZeroAttn: true,
    });
    const x = randn([2, 5, 8]);
    const attnMask = Transformer.generateSquareSubsequentMask(5);
    const [out, weights] = layer(x, x, x, { attnMask });
    const [same, none] = layer(x, x, x, { isCausal: true, needWeights: false });
    expect([weights?.shape, none]).toEqual([[2, 5, 7], null]);
    const [a, b] = [await values(out), await values(same)];
    for (const [i, v] of a.entries()) expect(v).toBeCloseTo(b[i] as number, 5);
    expect(layer(x.select(0, 0), x.select(0, 0), x.select(0, 0))[0].shape).toEqual([5, 8]);
    const plain = new MultiheadAttention(8, 2, { batchFirst: true });
    const c = await values(plain(x, x, x, { attnMask })[0]);
    const d = await values(plain(x, x, x, { isCausal: true, needWeights: false })[0]);
    for (const [i, v] of c.entries()) expect(d[i]).toBeCloseTo(v, 5);
    expect(() => new MultiheadAttention(8, 3)).toThrow(
      "8 features cannot be split evenly among 3 heads",
    );
    expect(String(new MultiheadAttention(8, 2))).toBe(
      "MultiheadAttention(\n  (out_proj): NonDynamicallyQuantizableLinear(in_features=8, out_features=8, bias=True)\n)",
    );
  });

  test("an encoder copies its layer: equal values, separate tensors, no random draws", async () => {
    const layer = new TransformerEncoderLayer(4, 2, { dimFeedforward: 6 });
    const before = defaultGenerator().getState();
    const encoder = new TransformerEncoder(layer, 2);
    expect(defaultGenerator().getState()).toEqual(before);
    const state = encoder.stateDict();
    expect(Object.keys(state).slice(0, 2)).toEqual([
      "layers.0.self_attn.in_proj_weight",
      "layers.0.self_attn.in_proj_bias",
    ]);
    const [first, second] = [state["layers.0.linear1.weight"], state["layers.1.linear1.weight"]];
    expect(await values(first as Tensor)).toEqual(await values(second as Tensor));
    expect(encoder.parameters().length).toBe(2 * layer.parameters().length);
    const copy = copyModule(layer.requiresGrad_(false).eval());
    expect(copy.training).toBe(false);
    expect(copy.parameters().some((one) => one.requiresGrad)).toBe(false);
  });

  test("Transformer accepts source and target of different lengths and hides later targets", async () => {
    manualSeed(0);
    const options = { dModel: 8, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1 };
    const model = new Transformer({ ...options, dimFeedforward: 12, batchFirst: true }).eval();
    const [src, tgt] = [randn([2, 3, 8]), randn([2, 4, 8])];
    const out = model(src, tgt, { tgtIsCausal: true });
    expect(out.shape).toEqual([2, 4, 8]);
    const changed = tgt.clone();
    changed.select(1, 3).fill_(9);
    const again = model(src, changed, { tgtIsCausal: true });
    const head = (x: Tensor): Promise<number[]> => values(x.narrow(1, 0, 3).contiguous());
    const [a, b] = [await head(out), await head(again)];
    for (const [i, v] of a.entries()) expect(v).toBeCloseTo(b[i] as number, 5);
    expect(() => model(src, randn([2, 4, 7]))).toThrow("src and tgt must have 8 features");
  });

  test("initialisers return the tensor and refuse shapes that they cannot fill", async () => {
    const x = tensor([[0, 0]], { requiresGrad: true });
    expect(initializers.constant_(x, 2)).toBe(x);
    expect(await values(x)).toEqual([2, 2]);
    expect(() => initializers.xavierUniform_(tensor([1]))).toThrow("needs 2 dimensions or more");
    expect(() => initializers.calculateGain("sine")).toThrow('unknown nonlinearity "sine"');
    expect(() => initializers.dirac_(tensor([[1]]))).toThrow("needs the weight of a convolution");
    expect(() => initializers.eye_(tensor([1]))).toThrow("eye_: needs a matrix");
  });
});
