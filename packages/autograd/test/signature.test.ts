import { ArgumentError, init, tensor, zeros } from "@wgrad/autograd";
import { checkCall, nearest } from "@wgrad/autograd/plugin";
import { describe, expect, test } from "vitest";

await init({ device: "cpu" });

const sum = "sum(x, dim?: number | number[] | null, { dim, keepdim: boolean, dtype })";
const linear = "new Linear(inFeatures: number, outFeatures: number, { bias: boolean, dtype })";
const norm = "layerNorm(x, normalizedShape: number | number[], { weight, bias, eps: number })";
const flip = "flip(x, dims: number | number[])";
const zerosCall = "zeros(shape: number[], { dtype, requiresGrad: boolean })";
const conv = "conv2d(x, weight, bias?, { stride: number | list, padding })";
const loss = 'mseLoss(input, target, { reduction: "mean" | "sum" | "none" })';
const x = (): unknown => zeros([2, 3]);

/** What a call is answered: the error's text, or "taken". */
function answer(signature: string, ...given: unknown[]): string {
  try {
    checkCall(signature, given);
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    return (error as Error).message;
  }
  return "taken";
}

describe("what is used is taken", () => {
  const calls: [string, ...unknown[]][] = [
    [sum, x()],
    [sum, x(), 1],
    [sum, x(), [0, 1], { keepdim: true }],
    [sum, x(), null, { dtype: "f64" }],
    [sum, x(), { dim: 1, keepdim: true }],
    [sum, x(), undefined, { keepdim: undefined }],
    [sum, x(), 1, undefined, undefined],
    [linear, 3, 4],
    [linear, 3, 4, { bias: false }],
    [norm, x(), [3], { weight: x() }],
    [zerosCall, [2, 3]],
    [zerosCall, new Int32Array([2, 3])],
    [loss, x(), x(), { reduction: "sum" }],
    [flip, x(), 0],
  ];
  test.each(calls)("%s %#", (...call) => expect(answer(...call)).toBe("taken"));

  test("options of a class of one's own", () => {
    class Settings {
      keepdim = true;
    }
    expect(answer(sum, x(), 1, new Settings())).toBe("taken");
    expect(answer(sum, x(), 1, new Map())).toContain("got a Map");
  });

  test("what map and reduce hand over beside the values", () => {
    const negate = (...given: unknown[]): string => answer("neg(x: number)", ...given);
    const multiply = (...given: unknown[]): string =>
      answer("mul(x: number, other: number)", ...given);
    expect([1, 2].map(negate)).toEqual(["taken", "taken"]);
    expect([1, 2].reduce(multiply as never)).toBe("taken");
    expect(negate(1, 0, [2])).toContain("takes 1 argument, got 3");
  });
});

test.each<[string, unknown[], string]>([
  [
    sum,
    [x(), 1, { keepDim: true }],
    'sum: there is no option "keepDim"\n  hint: did you mean keepdim? x.sum(dim, { keepdim, dtype })',
  ],
  [
    sum,
    [x(), { axis: 1 }],
    'sum: there is no option "axis"\n  hint: did you mean dim? x.sum(dim, { keepdim, dtype })',
  ],
  [
    sum,
    [x(), 1, true],
    "sum: takes its options as an object, got true\n  hint: x.sum(1, { keepdim: true })",
  ],
  [sum, [x(), 0, 1], "sum: takes its options as an object, got 1\n  hint: x.sum([0, 1])"],
  [
    sum,
    [x(), "1"],
    'sum: dim is "1", not a number or an array of numbers or null\n  hint: x.sum(dim, { keepdim, dtype })',
  ],
  [
    sum,
    [x(), true],
    "sum: dim is true, not a number or an array of numbers or null\n  hint: x.sum({ keepdim: true })",
  ],
  [sum, [x(), 1, { keepdim: 1 }], "sum: keepdim is 1, not true or false"],
  [
    sum,
    [x(), 1, {}, "more"],
    "sum: takes 1 argument and an object of options, got 3\n  hint: x.sum(dim, { keepdim, dtype })",
  ],
  [
    linear,
    [3, 4, false],
    "Linear: takes its options as an object, got false\n  hint: new Linear(3, 4, { bias: false })",
  ],
  [
    linear,
    ["3", 4],
    'Linear: inFeatures is "3", not a number\n  hint: new Linear(inFeatures, outFeatures, { bias, dtype })',
  ],
  [
    linear,
    [Number.NaN, 4],
    "Linear: inFeatures is NaN, not a number\n  hint: new Linear(inFeatures, outFeatures, { bias, dtype })",
  ],
  [
    linear,
    [3],
    "Linear: outFeatures is missing\n  hint: new Linear(inFeatures, outFeatures, { bias, dtype })",
  ],
  [
    norm,
    [x(), [3], x(), x()],
    "layerNorm: takes its options as an object, got a tensor [2, 3]\n  hint: layerNorm(x, [3], { weight, bias })",
  ],
  [
    norm,
    [x(), [3], null, null, 1],
    "layerNorm: takes its options as an object, got null\n  hint: layerNorm(x, [3], { eps: 1 })",
  ],
  [
    conv,
    [x(), x(), null, 1, 1],
    "conv2d: takes its options as an object, got 1\n  hint: conv2d(x, weight, null, { stride: 1, padding: 1 })",
  ],
  [flip, [x(), 0, 1], "flip: takes 1 argument, got 2\n  hint: x.flip([0, 1])"],
  ["sin(x)", [x(), 1], "sin: takes no arguments, got 1\n  hint: x.sin()"],
  [zerosCall, [2, 3], "zeros: shape is 2, not an array of numbers\n  hint: zeros([2, 3])"],
  [
    zerosCall,
    [5, { dtype: "i32" }],
    "zeros: shape is 5, not an array of numbers\n  hint: zeros([5], { dtype })",
  ],
  [
    loss,
    [x(), x(), "sum"],
    'mseLoss: takes its options as an object, got "sum"\n  hint: mseLoss(input, target, { reduction: "sum" })',
  ],
  [
    loss,
    [x(), x(), { reduction: "avg" }],
    'mseLoss: reduction is "avg", not "mean" or "sum" or "none"',
  ],
  // an argument that must be there is a tensor unless its kind is written
  [loss, [x()], "mseLoss: target is missing\n  hint: mseLoss(input, target, { reduction })"],
  [
    loss,
    [x(), null],
    "mseLoss: target is null, not a tensor\n  hint: mseLoss(input, target, { reduction })",
  ],
  [loss, [x(), [1]], "mseLoss: target is [1], not a tensor\n  hint: make one with tensor(…)"],
  [
    loss,
    [x(), Promise.resolve(1)],
    "mseLoss: target is a promise (await it), not a tensor\n  hint: mseLoss(input, target, { reduction })",
  ],
  [
    "multiDot(tensors: tensor[])",
    [[x(), 5]],
    "multiDot: tensors[1] is 5, not a tensor\n  hint: make one with tensor(…)",
  ],
  [
    "train(texts: iterable, { size!: number })",
    [["a"]],
    "train: size is missing\n  hint: train(texts, { size })",
  ],
  [
    "train(texts: iterable, { size!: number })",
    ["a", { size: 1 }],
    'train: texts is "a", not an iterable\n  hint: train(texts, { size })',
  ],
  [
    "add(a: operand, b: operand)",
    [1, "2"],
    'add: b is "2", not a tensor or a number\n  hint: add(a, b)',
  ],
  ["Fit.of(model: object)", [null], "Fit.of: model is null, not an object\n  hint: Fit.of(model)"],
])("%s %#", (signature, given, text) => expect(answer(signature, ...given)).toBe(text));

test.each([
  ["batch_first", ["numLayers", "batchFirst"], "batchFirst"],
  ["learningRate", ["lr", "eps"], "lr"],
  ["learning_rate", ["lr", "eps"], "lr"],
  ["lrate", ["lr", "eps"], "lr"],
  ["patiance", ["factor", "patience"], "patience"],
  ["srcMask", ["mask", "srcKeyPaddingMask"], "mask"],
  ["mask", ["srcMask", "srcKeyPaddingMask"], "srcMask"],
  ["inplace", ["dim", "keepdim"], undefined],
])("%s among %j is %s", (wrong, names, meant) => expect(nearest(wrong, names)).toBe(meant));

test("options may stand where they name the argument, or where that is said", () => {
  const progression = "arange(start: number, end?: number | options, { dtype })";
  expect(answer(progression, 5, { dtype: "i32" })).toBe("taken");
  expect(answer(progression, 5, 7, { dtype: "i32" })).toBe("taken");
  expect(answer(progression, 5, "7")).toContain('arange: end is "7", not a number\n');
  expect(answer(conv, x(), x(), { stride: 2 })).toBe(
    "conv2d: the options are in the place of bias\n  hint: conv2d(x, weight, null, { stride })",
  );
});

test("a tensor is no options, whatever it is called with", () => {
  expect(answer(sum, x(), tensor(1))).toContain("dim is a tensor []");
});
