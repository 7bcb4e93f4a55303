import * as autograd from "@wgrad/autograd";
import { init, type Tensor } from "@wgrad/autograd";
import { functional } from "@wgrad/nn";
import { beforeAll, describe, expect, inject, test } from "vitest";
import text from "../../golden/bydtype.json?raw";
import { type Case, loadGroup } from "./load.ts";
import { resolve } from "./names.ts";
import { isFault } from "./report.ts";
import { type DeviceKind, type Outcome, runCase } from "./run.ts";

const group = loadGroup("bydtype", text, null);
const dtypes = [...new Set(group.cases.map((item) => item.category))];

/**
 * All rows on cpu. On WebGPU each row runs on one of five dtypes, and in browsers a tenth of those;
 * the full tier runs all.
 */
function chosen(dtype: string, device: DeviceKind): Case[] {
  const rows = group.cases.filter((item) => item.category === dtype);
  if (inject("tier") === "full" || (device === "cpu" && !inBrowser)) return rows;
  const turn = dtypes.filter((name) => !isBeyond(name)).indexOf(dtype);
  return rows.filter((_, i) => i % (inBrowser ? 50 : 5) === turn);
}
const inBrowser = typeof window !== "undefined";

/**
 * Dtypes that WebGPU or its adapter may lack; half.test.ts covers f16 if the adapter supports it.
 */
const isBeyond = (dtype: string): boolean => dtype === "float16" || dtype === "float64";

/** Runs cases concurrently, so that few submissions compute them. */
async function runTogether(cases: readonly Case[], device: DeviceKind): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const count = 32;
  for (let i = 0; i < cases.length; i += count) {
    const some = cases.slice(i, i + count);
    outcomes.push(...(await Promise.all(some.map((item) => runCase(group, item, device)))));
  }
  return outcomes;
}

describe.each(["cpu", "webgpu"] as const)("every operation on %s, for", (device) => {
  beforeAll(async () => {
    await init({ device });
  });

  const there = dtypes.filter((dtype) => device === "cpu" || !isBeyond(dtype));
  test.each(there)("%s", { timeout: 120_000 }, async (dtype) => {
    const cases = chosen(dtype, device);
    const outcomes = await runTogether(cases, device);
    const faults = outcomes.filter(isFault).map(({ id, reason }) => `${id}: ${reason}`);
    expect(faults).toEqual([]);
    if (device === "cpu") return;
    await init({ device: "cpu" });
    const reference = await runTogether(cases, "cpu");
    await init({ device });
    const said = (list: readonly Outcome[]) => list.map(({ id, note }) => [id, note]);
    expect(said(outcomes)).toEqual(said(reference));
  });
});

type Names = Readonly<Record<string, string>>;

const listed = (reasons: Names): Set<string> =>
  new Set(Object.keys(reasons).flatMap((names) => names.split(" ")));

/** Exports that are not operations on the elements of a tensor, by reason. */
const noOperations: Names = {
  "canCast promoteTypes resultType": "about dtypes: test/dtype.test.ts",
  "autocast isAutocastEnabled": "modes: packages/nn/test/autocast.test.ts",
  "init explain memory profile scope setDetectAnomaly": "about devices",
  "detach_ checkpoint checkpointSequential inferenceMode setGradEnabled enableGrad grad hessian isGradEnabled jacobian noGrad":
    "about the tape",
  "binomial multinomial normal poisson randintLike getRngState setRngState initialSeed seed bernoulli defaultGenerator manualSeed rand randLike randint randn randnLike randperm":
    "draws: test/random",
  "at atMask put_ slice ellipsis": "indexing: the group views, and packages/autograd/test/ops",
  choleskyEx: "cholesky with a success flag: packages/autograd/test/ops/linalg.test.ts",
  multiHeadAttentionForward: "tested by MultiheadAttention: packages/nn/test",
  qr: "the signs of its factors are not unique: the group ops",
  gumbelSoftmax: "draws: packages/nn/test/functional.test.ts",
  "svdLowrank pcaLowrank": "random factors: packages/autograd/test/ops/linalg.test.ts",
  "isTensor numel broadcastShapes isFloatingPoint": "not about elements",
  "indexPut_ asTensor asarray": "aliases of indexPut and tensor",
  "range scalarTensor tensor empty emptyLike":
    "creation from values or without values: packages/autograd/test/ops/creation.test.ts",
};

/** Methods that are not operations. */
const noMethods: Names = {
  "constructor requiresGrad_ backward registerHook registerPostAccumulateGradHook retainGrad":
    "about the tape",
  "detach_ set_ isContiguous isNonzero": "about values",
  "item data tolist keep realize dispose numel valueOf toString toJSON": "about values",
  "at atMask put_": "indexing",
  "double half":
    "conversions to dtypes that not every device has: packages/autograd/test/tensor.test.ts",
  "size dim ndimension nelement stride elementSize cpu numpy newEmpty": "not about elements",
  "uniform_ normal_ logNormal_ exponential_ geometric_ cauchy_ random_ bernoulli_ bernoulli multinomial":
    "draws",
  qr: "the signs of its factors are not unique",
};

const CURE =
  "add a row in golden/generate/bydtype.py, then run generate.py --out golden --group bydtype";

describe("the table has a row for", () => {
  const rows = [...new Set(group.cases.map(({ op }) => op as string))];
  const methods = new Set(
    rows.filter((op) => op.startsWith("Tensor.")).map((op) => op.slice("Tensor.".length)),
  );
  const functions = new Set(rows.filter((op) => !op.startsWith("Tensor.")).map(resolve));
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const isFunction = (value: unknown): value is () => unknown =>
    typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));
  const missing = (namespace: object, except: ReadonlySet<string>): string[] =>
    Object.entries(namespace)
      .filter(([name, value]) => isFunction(value) && !except.has(name) && !functions.has(value))
      .map(([name]) => name)
      .filter((name) => !methods.has(snake(name)));

  test("every function", () => {
    const except = listed(noOperations);
    expect(missing(autograd, except), CURE).toEqual([]);
    expect(missing(autograd.linalg, except), CURE).toEqual([]);
    expect(missing(functional, except), CURE).toEqual([]);
    const known = { ...autograd, ...autograd.linalg, ...functional };
    expect([...except].filter((name) => !(name in known))).toEqual([]);
  });

  test("every method that is not also a function", () => {
    const except = listed(noMethods);
    const { prototype } = autograd.Tensor as unknown as { prototype: Tensor };
    const names = Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name, { value }]) => typeof value === "function" && !except.has(name))
      .map(([name]) => name);
    const asFunction = (name: string): boolean => {
      try {
        return functions.has(resolve(`torch.${snake(name)}`));
      } catch {
        return false;
      }
    };
    const rest = names.filter((name) => !methods.has(snake(name)) && !asFunction(name));
    expect(rest, CURE).toEqual([]);
  });

  test("every dtype", () => {
    for (const op of rows) {
      const own = group.cases.filter((item) => item.op === op);
      expect(own.length % dtypes.length, op).toBe(0);
    }
    expect(dtypes).toHaveLength(7);
  });
});
