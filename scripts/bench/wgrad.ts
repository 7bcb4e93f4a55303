import { init, manualSeed, type Tensor } from "@wgrad/autograd";
import { counters } from "@wgrad/autograd/testing";
import { models } from "../steps/models.ts";
import type { Start } from "./contender.ts";

/** Starts wgrad with a workload. */
export const start: Start = async (line, backend, workload) => {
  await init({ device: backend as "webgpu" | "wasm" | "cpu" });
  manualSeed(0);
  const { run, value, check } = (models[line] as (typeof models)[string])(workload);
  const numberOf = async (tensor: Tensor): Promise<number> => (await tensor.item()) as number;
  let last: Tensor;
  return {
    step() {
      last = run();
    },
    loss: () => numberOf(value?.() ?? last),
    ...(check === undefined ? {} : { check: () => numberOf(check()) }),
    counts: () => ({ ...counters() }),
  };
};
