import {
  type DType,
  init,
  manualSeed,
  memory,
  noGrad,
  randn,
  Tensor,
  tensor,
} from "@wgrad/autograd";
import { gradcheck } from "@wgrad/autograd/testing";
import * as nn from "@wgrad/nn";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { containers, type Row, rows } from "./rows.ts";

const full = inject("tier") === "full";
const all = Object.entries(rows);
/**
 * In the quick tier WebGPU and browsers run every eighth row, because each compiles its own
 * kernels.
 */
const some = full ? all : all.filter((_, i) => i % 8 === 0);
const inNode = typeof window === "undefined";

test("every module that nn exports has a row, and every row is exported", () => {
  const exported = Object.entries(nn)
    .filter(([, value]) => typeof value === "function" && value.prototype instanceof nn.Module)
    .map(([name]) => name);
  expect(Object.keys({ ...rows, ...containers }).sort()).toEqual(exported.sort());
});

type Callable = (...inputs: unknown[]) => unknown;

/** The tensors in a result, at any depth. */
function tensorsOf(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  return Array.isArray(result) ? result.flatMap(tensorsOf) : [];
}

const isFloat = (value: unknown): value is Tensor =>
  value instanceof Tensor && value.dtype.startsWith("f");

function total(module: nn.AnyModule, inputs: readonly unknown[]): Tensor {
  const outputs = tensorsOf((module as unknown as Callable)(...inputs)).filter(isFloat);
  return outputs.map((y) => y.sum()).reduce((a, b) => a.add(b));
}

function make([build, ...takes]: Row, dtype: DType): [nn.AnyModule, unknown[]] {
  manualSeed(3);
  return [build(), takes.map((argument) => argument(dtype))];
}

type Fields = Record<string, unknown>;

/** Fields of a module and those below it that hold tensors. */
function places(module: nn.AnyModule): [Fields, string, Tensor][] {
  return module.modules().flatMap((one) => {
    const fields = one as unknown as Fields;
    return Object.entries(fields).flatMap(([field, value]): [Fields, string, Tensor][] =>
      value instanceof Tensor ? [[fields, field, value]] : [],
    );
  });
}

describe.runIf(inNode)("gradients, in f64 on cpu", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });

  test.each(all)("%s", async (_, row) => {
    const [module, inputs] = make(row, "f64");
    const held = places(module).filter(([, , value]) => isFloat(value));
    // weights that are computed: assigning to them does not register parameters
    const put = (fields: Fields, field: string, value: Tensor): void =>
      void Object.defineProperty(fields, field, { value, writable: true });
    for (const [fields, field, value] of held) put(fields, field, value.detach().to("f64").keep());
    const weights = held.filter(([, , value]) => value.requiresGrad);
    const bases = [
      ...inputs.filter((input) => isFloat(input) && input.requiresGrad),
      ...weights.map(([fields, field]) => fields[field]),
    ].map((base) => (base as Tensor).detach().keep());
    const directions = bases.map((base) => randn(base.shape, { dtype: "f64" }));
    // Moves each input and weight along a random direction; the slope is the directional
    // derivative.
    const moved = (...steps: Tensor[]): Tensor[] => {
      manualSeed(5); // the same dropout masks in every run
      const values = bases.map((base, i) =>
        base.add((directions[i] as Tensor).mul(steps[i] as Tensor)),
      );
      const rest = values.slice(bases.length - weights.length);
      for (const [i, [fields, field]] of weights.entries()) put(fields, field, rest[i] as Tensor);
      const given = inputs.map((input) =>
        isFloat(input) && input.requiresGrad ? values.shift() : input,
      );
      return tensorsOf((module as unknown as Callable)(...given));
    };
    if (bases.length === 0) return;
    const steps = bases.map(() => tensor(0, { dtype: "f64", requiresGrad: true }));
    await gradcheck(moved, steps, { rtol: 1e-5 });
  });
});

describe.runIf(inNode)("state, on cpu", () => {
  beforeAll(async () => {
    await init({ device: "cpu" });
  });
  const made = all.map(([name, row]) => [name, row[0]] as const);

  test.each([...made, ...Object.entries(containers)])("%s", async (name, build) => {
    manualSeed(1);
    const one = build();
    manualSeed(2);
    const other = build();
    const state = one.stateDict();
    expect(other.loadStateDict(state)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    for (const [key, value] of Object.entries(other.stateDict())) {
      expect(await value.equal(state[key] as Tensor), key).toBe(true);
    }
    const row = rows[name];
    if (row === undefined) return;
    const inputs = row.slice(1).map((argument) => (argument as Row[1])?.("f32"));
    const [a, b] = [one, other].map((module) => noGrad(() => total(module.eval(), inputs)));
    expect(await (a as Tensor).item()).toBe(await (b as Tensor).item());
  });
});

describe.each(["cpu", "webgpu"] as const)("memory, on %s", (device) => {
  beforeAll(async () => {
    await init({ device });
  });
  const chosen = device === "cpu" && inNode ? all : some;

  test.each(chosen)("%s", { timeout: 60_000 }, async (_, row) => {
    const held = (): unknown => {
      const { pendingNodes, buffers, bytes, freeBytes, plans } = memory();
      return { pendingNodes, buffers, bytes, freeBytes, plans };
    };
    const [module] = make(row, "f32");
    const step = async (): Promise<void> => {
      const loss = total(module, make([() => module, ...row.slice(1)] as unknown as Row, "f32")[1]);
      if (loss.requiresGrad) loss.backward();
      expect(await loss.item()).not.toBeNaN();
      module.zeroGrad();
    };
    for (let i = 0; i < 6; i++) await step();
    const steady = held();
    for (let i = 0; i < 3; i++) await step();
    expect(held()).toEqual(steady);
  });
});
