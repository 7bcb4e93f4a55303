import { init, manualSeed, ones, type Tensor, tensor, zeros } from "@wgrad/autograd";
import * as nn from "@wgrad/nn";
import { beforeAll, describe, expect, test } from "vitest";

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

/** Every layer once: constructor, input shape, output shape, and the text that PyTorch prints. */
const layers: readonly [
  make: () => nn.Layer,
  input: readonly number[],
  output: readonly number[],
  printed: string,
][] = [
  [() => new nn.ReLU6(), [3], [3], "ReLU6()"],
  [() => new nn.LeakyReLU(), [3], [3], "LeakyReLU(negative_slope=0.01)"],
  [() => new nn.ELU(), [3], [3], "ELU(alpha=1.0)"],
  [() => new nn.CELU({ alpha: 0.5 }), [3], [3], "CELU(alpha=0.5)"],
  [() => new nn.GELU(), [3], [3], "GELU(approximate='none')"],
  [() => new nn.Softplus(), [3], [3], "Softplus(beta=1.0, threshold=20.0)"],
  [() => new nn.Hardtanh(), [3], [3], "Hardtanh(min_val=-1.0, max_val=1.0)"],
  [() => new nn.Softshrink(), [3], [3], "Softshrink(0.5)"],
  [() => new nn.Hardshrink(), [3], [3], "Hardshrink(0.5)"],
  [() => new nn.PReLU(4), [2, 4], [2, 4], "PReLU(num_parameters=4)"],
  [() => new nn.GLU(), [2, 4], [2, 2], "GLU(dim=-1)"],
  [() => new nn.Softmax(1), [2, 4], [2, 4], "Softmax(dim=1)"],
  [
    () => new nn.Conv1d(2, 4, 3, { groups: 2, dilation: 2 }),
    [1, 2, 9],
    [1, 4, 5],
    "Conv1d(2, 4, kernel_size=(3,), stride=(1,), dilation=(2,), groups=2)",
  ],
  [
    () => new nn.Conv2d(1, 2, [3, 2], { padding: "same", paddingMode: "replicate", bias: false }),
    [1, 1, 4, 4],
    [1, 2, 4, 4],
    "Conv2d(1, 2, kernel_size=(3, 2), stride=(1, 1), padding=same, bias=False, padding_mode=replicate)",
  ],
  [
    () => new nn.Conv3d(1, 2, 2, { stride: 2 }),
    [1, 1, 4, 4, 4],
    [1, 2, 2, 2, 2],
    "Conv3d(1, 2, kernel_size=(2, 2, 2), stride=(2, 2, 2))",
  ],
  [
    () => new nn.ConvTranspose2d(2, 4, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    [1, 2, 3, 3],
    [1, 4, 6, 6],
    "ConvTranspose2d(2, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1), groups=2)",
  ],
  [
    () => new nn.ConvTranspose3d(1, 2, 2),
    [1, 1, 2, 2, 2],
    [1, 2, 3, 3, 3],
    "ConvTranspose3d(1, 2, kernel_size=(2, 2, 2), stride=(1, 1, 1))",
  ],
  [
    () => new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    [1, 1, 5, 5],
    [1, 1, 3, 3],
    "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)",
  ],
  [
    () => new nn.AvgPool1d(2),
    [1, 1, 4],
    [1, 1, 2],
    "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))",
  ],
  [
    () => new nn.AvgPool3d(2),
    [1, 1, 4, 4, 4],
    [1, 1, 2, 2, 2],
    "AvgPool3d(kernel_size=2, stride=2, padding=0)",
  ],
  [
    () => new nn.AdaptiveAvgPool2d([null, 2]),
    [1, 1, 5, 5],
    [1, 1, 5, 2],
    "AdaptiveAvgPool2d(output_size=(None, 2))",
  ],
  [() => new nn.AdaptiveMaxPool1d(2), [1, 1, 5], [1, 1, 2], "AdaptiveMaxPool1d(output_size=2)"],
  [
    () => new nn.LPPool2d(2, 2),
    [1, 1, 4, 4],
    [1, 1, 2, 2],
    "LPPool2d(norm_type=2, kernel_size=2, stride=None, ceil_mode=False)",
  ],
  [() => new nn.ZeroPad1d(1), [1, 1, 3], [1, 1, 5], "ZeroPad1d((1, 1))"],
  [
    () => new nn.ConstantPad2d([1, 2, 0, 1], 3.5),
    [1, 1, 3, 3],
    [1, 1, 4, 6],
    "ConstantPad2d(padding=(1, 2, 0, 1), value=3.5)",
  ],
  [
    () => new nn.CircularPad3d(1),
    [1, 1, 2, 2, 2],
    [1, 1, 4, 4, 4],
    "CircularPad3d((1, 1, 1, 1, 1, 1))",
  ],
  [
    () => new nn.BatchNorm3d(2),
    [2, 2, 2, 2, 2],
    [2, 2, 2, 2, 2],
    "BatchNorm3d(2, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
  ],
  [
    () => new nn.InstanceNorm1d(2),
    [2, 5],
    [2, 5],
    "InstanceNorm1d(2, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)",
  ],
  [
    () => new nn.LayerNorm([2, 3]),
    [4, 2, 3],
    [4, 2, 3],
    "LayerNorm((2, 3), eps=1e-05, elementwise_affine=True)",
  ],
  [() => new nn.RMSNorm(3), [4, 3], [4, 3], "RMSNorm((3,), eps=None, elementwise_affine=True)"],
  [() => new nn.GroupNorm(2, 4), [2, 4, 3], [2, 4, 3], "GroupNorm(2, 4, eps=1e-05, affine=True)"],
  [
    () => new nn.LocalResponseNorm(2),
    [2, 4, 3],
    [2, 4, 3],
    "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)",
  ],
  [() => new nn.Dropout(0.3), [8], [8], "Dropout(p=0.3, inplace=False)"],
  [() => new nn.AlphaDropout(), [8], [8], "AlphaDropout(p=0.5, inplace=False)"],
  [() => new nn.Dropout3d(), [1, 2, 3, 3, 3], [1, 2, 3, 3, 3], "Dropout3d(p=0.5, inplace=False)"],
  [
    () => new nn.Unflatten(1, [2, 3]),
    [4, 6],
    [4, 2, 3],
    "Unflatten(dim=1, unflattened_size=(2, 3))",
  ],
  [
    () => new nn.Unfold(2),
    [1, 2, 3, 3],
    [1, 8, 4],
    "Unfold(kernel_size=2, dilation=1, padding=0, stride=1)",
  ],
  [
    () => new nn.Fold([3, 3], 2),
    [1, 8, 4],
    [1, 2, 3, 3],
    "Fold(output_size=(3, 3), kernel_size=2, dilation=1, padding=0, stride=1)",
  ],
  [
    () => new nn.Upsample({ scaleFactor: 2 }),
    [1, 1, 2, 2],
    [1, 1, 4, 4],
    "Upsample(scale_factor=2.0, mode='nearest')",
  ],
  [
    () => new nn.UpsamplingBilinear2d({ size: 5 }),
    [1, 1, 2, 2],
    [1, 1, 5, 5],
    "UpsamplingBilinear2d(size=5, mode='bilinear')",
  ],
  [() => new nn.PixelShuffle(2), [1, 4, 2, 2], [1, 1, 4, 4], "PixelShuffle(upscale_factor=2)"],
  [() => new nn.ChannelShuffle(2), [1, 4, 2, 2], [1, 4, 2, 2], "ChannelShuffle(groups=2)"],
];

describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  for (const [make, input, output, printed] of layers) {
    test(printed, () => {
      const layer = make();
      expect(layer(ones(input)).shape).toEqual(output);
      expect(String(layer)).toBe(printed);
      const report = make().loadStateDict(layer.stateDict());
      expect(report).toEqual({ missingKeys: [], unexpectedKeys: [] });
    });
  }

  test("dropout layers preserve the mean, and channel dropout drops whole channels", async () => {
    manualSeed(0);
    const x = ones([40, 50, 4]);
    const mean = await new nn.Dropout(0.25)(x).mean().item();
    expect(mean).toBeGreaterThan(0.95);
    expect(mean).toBeLessThan(1.05);
    const spread = new nn.Dropout1d()(x);
    expect(await spread.amax(-1).equal(spread.amin(-1))).toBe(true);
    const kinds = new Set((await values(new nn.FeatureAlphaDropout()(x))).map((v) => v.toFixed(3)));
    expect(kinds.size).toBe(2);
    expect(new nn.Dropout().eval()(x)).toBe(x);
    expect(() => new nn.Dropout(2)).toThrow("Dropout: p is 2");
  });

  test("AlphaDropout preserves mean 0 and variance 1", async () => {
    manualSeed(0);
    const x = zeros([20_000]).normal_();
    const y = new nn.AlphaDropout({ p: 0.3 })(x);
    expect(Math.abs(await y.mean().item())).toBeLessThan(0.05);
    expect(Math.abs((await y.std().item()) - 1)).toBeLessThan(0.05);
  });

  test("shrinkage and shuffling follow their formulas", async () => {
    const x = tensor([-2, -0.25, 0.5, 3]);
    expect(await values(new nn.Hardshrink()(x))).toEqual([-2, 0, 0, 3]);
    const [low, , half] = await values(new nn.CELU({ alpha: 2 })(x));
    expect(low).toBeCloseTo(2 * Math.expm1(-1), 5);
    expect(half).toBeCloseTo(0.5, 6);
    const norms = new nn.LPPool1d(2, 2)(tensor([3, 4, 0, 5], { shape: [1, 1, 4] }));
    for (const norm of await values(norms)) expect(norm).toBeCloseTo(5, 4);
    const dealt = new nn.ChannelShuffle(2)(tensor([0, 1, 2, 3], { shape: [1, 4, 1] }));
    expect(await values(dealt)).toEqual([0, 2, 1, 3]);
  });

  test("errors name the layer and the argument", () => {
    expect(() => new nn.Conv2d(3, 0, 3)).toThrow("Conv2d: outChannels is 0");
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      "cannot be split into 2 equal groups",
    );
    expect(() => new nn.Conv2d(3, 4, [3])).toThrow("Conv2d: kernelSize is [3]");
    expect(() => new nn.ZeroPad2d([1, 1])).toThrow("ZeroPad2d: padding is [1,1]");
    expect(() => new nn.BatchNorm2d(3)(zeros([2, 3]))).toThrow(
      "BatchNorm2d: needs an input of 4 dimensions with 3 channels in dimension 1, got [2, 3]",
    );
    expect(() => new nn.GroupNorm(2, 3)).toThrow("GroupNorm: 3 channels cannot be split into 2");
    expect(() => new nn.Upsample({})).toThrow("Upsample: needs size or scaleFactor");
  });

  test("ModuleDict has the methods of a Map", () => {
    const dict = new nn.ModuleDict({ a: new nn.Linear(2, 3), b: new nn.Linear(3, 1) });
    expect([dict.size, dict.has("a"), dict.has("forward")]).toEqual([2, true, false]);
    expect(Object.keys(dict.stateDict())).toEqual(["a.weight", "a.bias", "b.weight", "b.bias"]);
    expect(dict.keys()).toEqual(["a", "b"]);
    expect(dict.delete("a")).toBe(true);
    expect(dict.get("a")).toBeUndefined();
    expect(() => dict.set("forward", new nn.Linear(1, 1))).toThrow('"forward" cannot be a key');
  });

  test("ParameterList converts tensors to parameters", () => {
    const list = new nn.ParameterList([zeros([2, 3]), zeros([4])]);
    expect(list.length).toBe(2);
    expect(Object.keys(list.stateDict())).toEqual(["0", "1"]);
    expect(list.at(-1)?.requiresGrad).toBe(true);
    expect(String(list)).toMatchInlineSnapshot(`
      "ParameterList(
          (0): Parameter containing: [f32 of size 2x3]
          (1): Parameter containing: [f32 of size 4]
      )"
    `);
  });

  test("summary prints shapes, parameters and memory, and does not change the model", () => {
    const model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3),
      new nn.BatchNorm2d(4),
      new nn.Sequential(new nn.Flatten(), new nn.Linear(144, 10)),
    );
    expect(nn.summary(model, [2, 1, 8, 8])).toMatchInlineSnapshot(`
      "Layer              Output        Parameters   Memory
      ----------------------------------------------------
      Sequential         [2, 10]                0      0 B
        Conv2d (0)       [2, 4, 6, 6]          40  1.3 KiB
        BatchNorm2d (1)  [2, 4, 6, 6]           8  1.2 KiB
        Sequential (2)   [2, 10]                0      0 B
          Flatten (0)    [2, 144]               0  1.1 KiB
          Linear (1)     [2, 10]            1,450  5.7 KiB
      ----------------------------------------------------
      Parameters: 1,498, trained: 1,498
      Memory: parameters 5.9 KiB, layer outputs 3.5 KiB"
    `);
    expect(model.at(1)?.training).toBe(true);
  });
});
