import { manualSeed } from "@wgrad/autograd";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import { decode, decodeAll, invoke, toRecord } from "../call.ts";
import type { Model } from "../models.ts";
import { Unmapped } from "../names.ts";
import type { Run } from "../run.ts";

interface Moments {
  readonly mean: number;
  readonly std: number;
}

/** What a new layer's parameter looks like: the mean, spread and range of a sample. */
export async function runInit(run: Run): Promise<void> {
  const { item } = run;
  if (item.module_init === undefined || item.parameter === undefined) {
    throw new Unmapped(item.init ?? (item.module_init as string), "no runner for nn.init");
  }
  manualSeed(0);
  const model = invoke(item.module_init, {
    args: (item.args ?? []).map((value) => decode(value, new Map())),
    kwargs: decodeAll(item.kwargs, new Map()),
  }) as Model;
  const sample = await toRecord(model.stateDict()[item.parameter as string]);
  const expected = item.expect as Moments & { readonly low?: number; readonly high?: number };
  const tolerance = item.sample_tol as Moments;
  const found = momentsOf(sample);
  for (const key of ["mean", "std"] as const) {
    if (!(Math.abs(found[key] - expected[key]) <= tolerance[key])) {
      run.fault(`${key} ${found[key]}, expected ${expected[key]} ± ${tolerance[key]}`);
    }
  }
  const { low = -Infinity, high = Infinity } = expected;
  // bounds are those of f32, in which the draw is made
  const outside = sample.data.find((x) => x < Math.fround(low) || x > Math.fround(high));
  if (outside !== undefined) run.fault(`${outside} lies outside [${low}, ${high}]`);
}

function momentsOf({ data }: TensorRecord): Moments {
  const values = Array.from(data);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(spread) };
}
