import { init, type Tensor, tensor } from "@wgrad/autograd";
import * as O from "@wgrad/optim";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await init({ device: "cpu" });
});

const leaf = (): Tensor => tensor([1, 2], { requiresGrad: true });
const sgd = (): O.SGD => new O.SGD([leaf()], { lr: 1 });
/** Calls without types, as plain JavaScript makes them. */
// biome-ignore lint/suspicious/noExplicitAny: the compiler would reject these calls
const js = O as any;
/** A minimal module: a function with parameters(). */
const model = Object.assign(() => 0, { parameters: () => [leaf()] });

describe("arguments that would be ignored are refused", () => {
  test.each<[string, () => unknown, string]>([
    [
      "a positional rate",
      () => new js.Adam([leaf()], 0.2),
      "Adam: takes its options as an object, got 0.2\n  hint: new Adam(params, { lr: 0.2 })",
    ],
    [
      "positional settings",
      () => new js.SGD([leaf()], 0.1, 0.9),
      "hint: new SGD(params, { lr: 0.1, momentum: 0.9 })",
    ],
    [
      "learningRate",
      () => new js.Adam([leaf()], { learningRate: 1 }),
      'Adam: there is no option "learningRate"\n  hint: did you mean lr? new Adam(params, { lr, betas, eps, weightDecay, decoupledWeightDecay, amsgrad, maximize })',
    ],
    [
      "weight_decay",
      () => new js.SGD([leaf()], { weight_decay: 0.1 }),
      "did you mean weightDecay?",
    ],
    [
      "of a group",
      () => new js.Adam([{ params: [leaf()], lrate: 5 }], {}),
      'Adam: there is no option "lrate"\n  hint: did you mean lr?',
    ],
    [
      "of a group added",
      () => sgd().addParamGroup({ params: [leaf()], momentun: 5 } as never),
      "did you mean momentum?",
    ],
    [
      "of a schedule",
      () => new js.ReduceLROnPlateau(sgd(), { patiance: 3 }),
      "did you mean patience?",
    ],
    [
      "of clipping",
      () => js.clipGradNorm_([leaf()], 1, Number.POSITIVE_INFINITY),
      "hint: clipGradNorm_(parameters, 1, { normType: Infinity })",
    ],
    [
      "a positional gamma",
      () => new js.StepLR(sgd(), 2, 0.5),
      "hint: new StepLR(optimizer, 2, { gamma: 0.5 })",
    ],
    [
      "a positional mode",
      () => new js.ReduceLROnPlateau(sgd(), "max"),
      'hint: new ReduceLROnPlateau(optimizer, { mode: "max" })',
    ],
    [
      "an epoch",
      () => (new O.StepLR(sgd(), 1) as unknown as { step(n: number): void }).step(3),
      "step: takes no arguments, got 1",
    ],
    [
      "an option of zeroGrad",
      () => (sgd() as unknown as { zeroGrad(o: object): void }).zeroGrad({ setToNull: true }),
      'zeroGrad: there is no option "setToNull"\n  hint: did you mean setToNone?',
    ],
  ])("%s", (_, call, text) => expect(call).toThrow(text));
});

describe("values of a wrong type are refused", () => {
  test.each<[string, () => unknown, string]>([
    ["lr as text", () => new js.SGD([leaf()], { lr: "0.1" }), 'SGD: lr is "0.1", not a number'],
    ["lr null", () => new js.SGD([leaf()], { lr: null }), "SGD: lr is null, not a number"],
    [
      "a flag as a number",
      () => new js.SGD([leaf()], { lr: 1, nesterov: 1 }),
      "SGD: nesterov is 1, not true or false",
    ],
    [
      "one beta",
      () => new js.Adam([leaf()], { betas: [0.9] }),
      "Adam: betas is [0.9]\n  hint: two numbers, [0.9, 0.999]",
    ],
    [
      "a beta",
      () => new js.Adam([leaf()], { betas: 0.9 }),
      "Adam: betas is 0.9, not an array of numbers",
    ],
    [
      "lr of a group",
      () => new js.SGD([{ params: [leaf()], lr: "1" }]),
      'SGD: lr is "1"\n  hint: a number',
    ],
    [
      "a step of 0",
      () => new O.StepLR(sgd(), 0),
      "StepLR: stepSize is 0\n  hint: a whole number, 1 or more",
    ],
    [
      "a closure",
      () => (sgd() as unknown as { step(n: number): void }).step(3),
      "step: closure is 3, not a function",
    ],
    [
      "a model",
      () => new js.Adam(model),
      "Adam: takes parameters, or groups { params, … }; got a function\n  hint: model.parameters()",
    ],
    [
      "parameters uncalled",
      () => new js.Adam(model.parameters),
      "Adam: takes parameters, or groups { params, … }; got a function\n  hint: pass model.parameters()",
    ],
    [
      "a tensor",
      () => new js.Adam(leaf()),
      "Adam: takes parameters, or groups { params, … }; got a tensor [2]\n  hint: an array of tensors",
    ],
    [
      "a group and a tensor",
      () => new js.Adam([leaf(), { params: [leaf()] }]),
      "got a group and a tensor [2]",
    ],
    [
      "a model to clip",
      () => js.clipGradNorm_(model, 1),
      "clipGradNorm_: expected parameters, got a function\n  hint: clipGradNorm_(model.parameters(), …)",
    ],
    [
      "no limit",
      () => js.clipGradNorm_([leaf()]),
      "clipGradNorm_: maxNorm is missing\n  hint: clipGradNorm_(parameters, maxNorm, { normType, errorIfNonfinite })",
    ],
    [
      "a model to schedule",
      () => new js.StepLR(model, 1),
      "StepLR: takes an optimizer, got a function\n  hint: new StepLR(optimizer, …)",
    ],
    [
      "no optimizer for a list",
      () => new js.LambdaLR(model, () => 1),
      "LambdaLR: takes an optimizer",
    ],
    [
      "a scheduler for several",
      () => new js.ChainedScheduler(new O.StepLR(sgd(), 1)),
      "ChainedScheduler: takes an array of schedulers, got a StepLR",
    ],
  ])("%s", (_, call, text) => expect(call).toThrow(text));

  test.each<[string, unknown, string]>([
    ["lr", Number.NaN, "SGD: lr is NaN\n  hint: a number"],
    ["lr", undefined, "SGD: lr is undefined"],
    ["momentum", "0.9", 'SGD: momentum is "0.9"'],
    ["lrate", 0.1, 'SGD: there is no option "lrate"\n  hint: did you mean lr?'],
  ])("%s assigned %s throws at the next step, which changes nothing", async (name, value, text) => {
    const p = leaf();
    const optimizer = new O.SGD([p], { lr: 1 });
    p.sum().backward();
    Object.assign(optimizer.paramGroups[0] as object, { [name]: value });
    expect(() => optimizer.step()).toThrow(text);
    expect(await p.tolist()).toEqual([1, 2]);
  });
});

describe("what PyTorch accepts is accepted", () => {
  test("an undefined option takes its default", () => {
    const optimizer = new O.SGD([leaf()], { lr: undefined as never, momentum: 0.5 });
    expect([optimizer.paramGroups[0]?.lr, optimizer.paramGroups[0]?.momentum]).toEqual([1e-3, 0.5]);
    expect(new O.AdamW([leaf()], { weightDecay: undefined as never }).defaults.weightDecay).toBe(
      0.01,
    );
  });

  test("one tensor as a group, and parameters with their names", () => {
    const [a, b] = [leaf(), leaf()];
    const optimizer = new O.SGD([{ params: a }, { params: [["b", b]], lr: 2 }], { lr: 1 });
    expect(optimizer.paramGroups.map(({ params, lr }) => [params, lr])).toEqual([
      [[a], 1],
      [[b], 2],
    ]);
    expect(new O.SGD([["a", a]]).paramGroups[0]?.params).toEqual([a]);
    expect(() => new O.SGD([["head", leaf().mul(2)]])).toThrow(
      'SGD: parameter 0 "head", [2], is the result',
    );
  });

  test("a closure is called before the update, and its result is returned", async () => {
    const p = leaf();
    const optimizer = new O.SGD([p], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = p.square().sum();
      value.backward();
      return value;
    });
    expect(await loss.item()).toBe(5);
    expect(await p.tolist()).toEqual([0, 0]);
    const waited = await optimizer.step(async () => {
      optimizer.zeroGrad();
      const value = p.sub(1).square().sum();
      value.backward();
      return (await value.item()) + 1;
    });
    expect(waited).toBe(3);
    expect(await p.tolist()).toEqual([1, 1]);
  });

  test("hooks are called around every step until they are removed", () => {
    const p = leaf();
    const optimizer = new O.SGD([p], { lr: 0.5 });
    const calls: string[] = [];
    const before = optimizer.registerStepPreHook((one) => {
      calls.push(`before ${one === (optimizer as unknown)}`);
    });
    const after = optimizer.registerStepPostHook(() => void calls.push("after"));
    optimizer.step();
    before.remove();
    optimizer.step(() => void calls.push("closure"));
    after.remove();
    optimizer.step();
    expect(calls).toEqual(["before true", "after", "closure", "after"]);
  });

  test("a state with an unknown setting is refused, and nothing changes", () => {
    const optimizer = sgd();
    const saved = optimizer.stateDict();
    const [group] = saved.paramGroups;
    const wrong = { ...saved, paramGroups: [{ ...group, params: [0], lr: 3, foreach: true }] };
    expect(() => optimizer.loadStateDict(wrong)).toThrow('SGD: there is no option "foreach"');
    expect(optimizer.paramGroups[0]?.lr).toBe(1);
    optimizer.loadStateDict({ ...saved, paramGroups: [{ ...group, params: [0], lr: 3 }] });
    expect(optimizer.paramGroups[0]?.lr).toBe(3);
  });
});
