import { manualSeed, type Tensor, zeros } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { decode, decodeAll, invoke, toRecord } from "../call.ts";
import type { Model } from "../models.ts";
import type { Run } from "../run.ts";

interface Moments {
  readonly mean: number;
  readonly std: number;
}

/**
 * Initialisers and the parameters of new layers: exact values, or mean, standard deviation and
 * range of a sample.
 */
export async function runInit(run: Run): Promise<void> {
  if (run.item.module_init !== undefined) return runLayer(run, run.item.module_init);
  manualSeed(0);
  const { item } = run;
  const call = item.init as string;
  const kwargs = decodeAll(item.kwargs, new Map());
  if (item.shape === undefined) {
    const args = (item.args ?? []).map((value) => decode(value, new Map()));
    return run.check("value", invoke(call, { args, kwargs }));
  }
  const x = zeros(item.shape as readonly number[]);
  const result = invoke(call, { args: [x], kwargs });
  const [output] = item.outputs as readonly [string];
  if (output === "stats") return checkSample(run, await toRecord(result));
  return run.check(output, propertyOf(output, result as Tensor));
}

/** The property that a structured initialiser guarantees. */
function propertyOf(output: string, result: Tensor): unknown {
  if (output === "fans") return Int32Array.from(result as unknown as readonly number[]);
  if (output === "zeros_per_column") return result.eq(0).sum(0);
  if (output !== "gram") return result;
  const m = result.reshape([result.shape[0] as number, -1]);
  const [rows, columns] = m.shape as readonly [number, number];
  return rows <= columns ? m.matmul(m.t()) : m.t().matmul(m);
}

async function runLayer(run: Run, name: string): Promise<void> {
  const { item } = run;
  manualSeed(0);
  const model = invoke(name, {
    args: (item.args ?? []).map((value) => decode(value, new Map())),
    kwargs: decodeAll(item.kwargs, new Map()),
  }) as Model;
  const state = model.stateDict();
  if (item.parameter !== undefined) {
    return checkSample(run, await toRecord(state[item.parameter as string]));
  }
  for (const output of item.outputs) await run.check(output, state[output]);
}

function checkSample(run: Run, sample: TensorRecord): void {
  const { item } = run;
  const expected = item.expect as Moments & { readonly low?: number; readonly high?: number };
  const tolerance = item.sample_tol as Moments;
  const found = momentsOf(sample);
  for (const key of ["mean", "std"] as const) {
    if (!(Math.abs(found[key] - expected[key]) <= tolerance[key])) {
      run.fault(`${key} ${found[key]}, expected ${expected[key]} ± ${tolerance[key]}`);
    }
  }
  const { low = -Infinity, high = Infinity } = expected;
  // the bounds are f32, like the draw
  const outside = sample.data.find((x) => x < Math.fround(low) || x > Math.fround(high));
  if (outside !== undefined) run.fault(`${outside} lies outside [${low}, ${high}]`);
}

function momentsOf({ data }: TensorRecord): Moments {
  const values = Array.from(data);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(spread) };
}
