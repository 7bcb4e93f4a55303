import * as autograd from "@wgrad/autograd";
import { ArgumentError, init, zeros } from "@wgrad/autograd";
import * as fft from "@wgrad/autograd/fft";
import * as func from "@wgrad/autograd/func";
import * as safetensors from "@wgrad/autograd/safetensors";
import * as saving from "@wgrad/autograd/saving";
import * as classic from "@wgrad/classic";
import * as datasets from "@wgrad/datasets";
import * as data from "@wgrad/datasets/data";
import * as onNode from "@wgrad/datasets/node";
import * as distributed from "@wgrad/distributed";
import * as distributions from "@wgrad/distributions";
import * as metrics from "@wgrad/metrics";
import * as models from "@wgrad/models";
import * as onnx from "@wgrad/models/onnx";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";
import * as train from "@wgrad/train";
import * as thread from "@wgrad/worker/node";
import * as worker from "@wgrad/worker/serve";
import { describe, expect, test } from "vitest";
import { type Callable, callablesOf } from "./exports.ts";

await init({ device: "cpu" });

const modules: Readonly<Record<string, object>> = {
  "@wgrad/autograd": autograd,
  "@wgrad/autograd/fft": fft,
  "@wgrad/autograd/func": func,
  "@wgrad/autograd/safetensors": safetensors,
  "@wgrad/autograd/saving": saving,
  "@wgrad/nn": nn,
  "@wgrad/optim": optim,
  "@wgrad/train": train,
  "@wgrad/classic": classic,
  "@wgrad/distributed": distributed,
  "@wgrad/distributions": distributions,
  "@wgrad/models": models,
  "@wgrad/models/onnx": onnx,
  "@wgrad/datasets": datasets,
  "@wgrad/datasets/data": data,
  "@wgrad/datasets/node": onNode,
  "@wgrad/metrics": metrics,
  "@wgrad/worker/serve": worker,
  "@wgrad/worker/node": thread,
};

const entries = {
  "@wgrad/autograd": "packages/autograd/src/index.ts",
  "@wgrad/autograd/fft": "packages/autograd/src/fft.ts",
  "@wgrad/autograd/func": "packages/autograd/src/func.ts",
  "@wgrad/autograd/safetensors": "packages/autograd/src/safetensors.ts",
  "@wgrad/autograd/saving": "packages/autograd/src/saving.ts",
  "@wgrad/nn": "packages/nn/src/index.ts",
  "@wgrad/optim": "packages/optim/src/index.ts",
  "@wgrad/train": "packages/train/src/index.ts",
  "@wgrad/classic": "packages/classic/src/index.ts",
  "@wgrad/distributed": "packages/distributed/src/index.ts",
  "@wgrad/distributions": "packages/distributions/src/index.ts",
  "@wgrad/models": "packages/models/src/index.ts",
  "@wgrad/models/onnx": "packages/models/src/onnx.ts",
  "@wgrad/datasets": "packages/datasets/src/index.ts",
  "@wgrad/datasets/data": "packages/datasets/src/data.ts",
  "@wgrad/datasets/node": "packages/datasets/src/node.ts",
  "@wgrad/metrics": "packages/metrics/src/index.ts",
  "@wgrad/worker/serve": "packages/worker/src/serve.ts",
  "@wgrad/worker/node": "packages/worker/src/node.ts",
};

/** Callables that accept any arguments, with the reason. */
const exceptions: readonly [name: RegExp, reason: string][] = [
  [/Error$/, "constructed like any JavaScript Error"],
  [/^Tensor$/, "constructed by functions only"],
  [/^FunctionContext(\.|$)/, "passed to forward and backward"],
  [/\.(toString|valueOf|toJSON)$/, "called by the language"],
  [
    /^(?!.*(Attention|Transformer\w*|GRU|LSTM|RNN|EmbeddingBag)\.).*\.forward$/,
    "called through the module, which checks the inputs",
  ],
  [/\.on[A-Z]\w+$/, "called by fit"],
  [/^Profile$/, "constructed by profile() only"],
  [/\.(extraRepr|stateKey)$/, "for subclasses to define, not to call"],
];
const excused = ({ name }: Callable): boolean => exceptions.some(([pattern]) => pattern.test(name));

const all = callablesOf(entries);
const callables = all.filter((one) => !excused(one));

/** The error of a call, or "taken" if it does not throw. */
async function answer({ entry, name, kind }: Callable, args: readonly unknown[]): Promise<string> {
  const path = name.split(".");
  const last = path.at(-1) as string;
  const found = (names: readonly string[]): unknown =>
    names.reduce((at, key) => (at as Record<string, unknown>)[key], modules[entry] as unknown);
  const value = found(path);
  try {
    let result: unknown;
    if (kind === "method") {
      const type = found(path.slice(0, -1)) as { readonly prototype: object };
      const fn = Object.hasOwn(type, last)
        ? value
        : (type.prototype as Record<string, unknown>)[last];
      const self = type === autograd.Tensor ? zeros([2, 2]) : Object.create(type.prototype);
      result = await Reflect.apply(fn as () => unknown, self, args);
    } else if (kind === "constructor") Reflect.construct(value as new () => object, args);
    else result = await Reflect.apply(value as () => unknown, undefined, args);
    // an iterator throws at the first step
    if (typeof (result as Iterator<unknown> | undefined)?.next === "function") {
      await (result as Iterator<unknown>).next();
    }
  } catch (error) {
    if (!(error instanceof ArgumentError)) return `${error}`;
    return error.message;
  }
  return "taken";
}

/** Unused arguments that a call accepts, with the reason. */
const unused: readonly [name: RegExp, count: number, reason: string][] = [
  [
    /(Scaler|Imputer|Encoder|Clipper|VarianceThreshold|SelectKBest)\.fit$/,
    1,
    "a pipeline passes the labels to every step",
  ],
  [/^SequentialSampler\.indices$/, 1, "a loader passes its generator to every sampler"],
];

const nothing = (count: number): undefined[] => Array<undefined>(count).fill(undefined);
const label = ({ entry, name }: Callable): string => `${entry.slice(7)} ${name}`;

describe("an unknown option is refused", () => {
  const rows = callables.filter(({ options }) => options !== null);
  test.each(rows.map((row) => [label(row), row] as const))("%s", async (_, row) => {
    const text = await answer(row, [...nothing(row.params.length), { notAnOption: 1 }]);
    expect(text).toContain('there is no option "notAnOption"\n  hint: ');
    // the signature in the hint has the options of the types
    const [, places = "", settings = ""] = /\(([^{]*)(?:\{ (.*) \})?\)$/.exec(text) ?? [];
    const shown = new Set(settings.split(", ").filter((name) => name !== ""));
    const declared = row.options ?? [];
    for (const name of shown) expect(declared).toContain(name);
    const elsewhere = new Set(places.split(", "));
    expect(declared.filter((name) => !shown.has(name) && !elsewhere.has(name))).toEqual([]);
  });
});

describe("an unknown option is refused in the first options argument", () => {
  // in randint(low, high, shape), shape is where randint(high, shape, options) has its options
  const rows = callables.filter(
    ({ name, before, params }) => before < params.length && name !== "randint",
  );
  test.each(rows.map((row) => [label(row), row] as const))("%s", async (_, row) => {
    const text = await answer(row, [...nothing(row.before), { notAnOption: 1 }]);
    expect(text).toContain('there is no option "notAnOption"\n  hint: ');
  });
});

describe("a surplus argument is refused", () => {
  const rows = callables.filter(({ rest }) => !rest);
  test.each(rows.map((row) => [label(row), row] as const))("%s", async (_, row) => {
    const beside = unused.find(([pattern]) => pattern.test(row.name))?.[1] ?? 0;
    const count = row.params.length + Number(row.options !== null) + beside;
    expect(await answer(row, [...nothing(count), "one too many"])).toMatch(
      /: takes .*, got (\d+|"one too many")\n {2}hint: /,
    );
  });
});

test("the exceptions are few, and each of them exists", () => {
  for (const [pattern] of exceptions) expect(all.some(({ name }) => pattern.test(name))).toBe(true);
  expect(callables.length).toBeGreaterThan(600);
});
