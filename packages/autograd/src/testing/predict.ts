import { operations, reach } from "../compile/cost.ts";
import type { Kernel, KernelStep } from "../devices/device.ts";
import { wordBytes } from "../devices/words.ts";
import { extentOf } from "../graph/attention.ts";
import { formOf } from "../graph/attributes.ts";
import type { Attention } from "../graph/op.ts";
import { chooseTiles, type Part, tileCycles } from "../lower/attention/tiles.ts";
import { cyclesOf } from "../lower/contract/estimate.ts";
import { liesAlongK, productOf } from "../lower/contract/product.ts";
import { formsFor } from "../lower/gpu.ts";
import { shapeOf } from "../lower/index-map.ts";
import { anchorOf } from "../lower/lower.ts";
import { type Machine, typical } from "../lower/machines.ts";
import { roundsOf } from "../lower/rounds.ts";
import type { GPU } from "../lower/target.ts";
import { sizeOf } from "../shape.ts";
import { kernelsOf, lineOf } from "./plans.ts";

/** The predicted time of a kernel on a machine, from the machine's figures. Nothing runs. */
export interface Prediction {
  /** Its operations and results. */
  readonly kernel: string;
  /** How often the plan contains it. */
  readonly count: number;
  /** Threads of each dispatch. */
  readonly threads: readonly number[];
  /** Bytes read and written, and scalar operations, of one run. */
  readonly bytes: number;
  readonly flops: number;
  /** Microseconds of one run, and the minimum for its bytes and operations. */
  readonly microseconds: number;
  readonly bound: number;
}

/**
 * GPUs by name: one per class, and a large one (NVIDIA's Ada paper, appendix A: 128 multiprocessors
 * of 128 lanes and 1,536 threads).
 */
export const machines: Readonly<Record<"rtx 4090" | "rtx 3060" | "iris xe", Machine>> = {
  "rtx 4090": {
    class: "discrete",
    lanes: 16_384,
    gigahertz: 2.52,
    bandwidth: 1008,
    resident: 196_608,
  },
  "rtx 3060": typical.discrete,
  "iris xe": typical.integrated,
};

/** The assumed share of a machine's threads that keep its memory busy. */
const BUSY = 1 / 8;

/**
 * Predictions for the kernels of the last plan that the body makes. A kernel takes the time of its
 * bytes at
 * the bandwidth that its threads can use, or of its operations with its tiling.
 */
export async function predict(
  body: () => unknown,
  on: keyof typeof machines,
): Promise<Prediction[]> {
  const machine = machines[on];
  const all = new Map<string, Prediction>();
  for (const kernel of (await kernelsOf(body)).at(-1) ?? []) {
    const one = predicted(kernel, machine);
    const key = `${one.kernel} ${one.threads} ${one.bytes}`;
    all.set(key, { ...one, count: (all.get(key)?.count ?? 0) + 1 });
  }
  return [...all.values()];
}

function predicted(kernel: Kernel, machine: Machine): Prediction {
  const parts = kernel.parts.length > 0 ? kernel.parts : [kernel];
  const target = { maxBindings: 10, ...formsFor(machine.class) };
  const { threads } = roundsOf(kernel, target);
  const bytes = bytesOf(kernel, parts);
  const flops = parts
    .flatMap(({ steps }) => steps)
    .reduce((sum, step) => sum + operations(step), 0);
  const share = Math.min(1, Math.max(...threads) / (machine.resident * BUSY));
  const [moved, counted] = [bytes / machine.bandwidth / 1e3, microsecondsOf(flops / 2, machine)];
  const computed = parts
    .map((part) => formTime({ ...kernel, ...part, parts: [] }, machine))
    .reduce((a, b) => a + b, 0);
  return {
    kernel: parts.map(lineOf).join(" | "),
    count: 1,
    threads,
    bytes,
    flops,
    microseconds: Math.max(moved / share, computed, counted / share),
    bound: Math.max(moved, counted),
  };
}

/** Microseconds of this many steps of all lanes. */
const microsecondsOf = (products: number, { lanes, gigahertz }: Machine): number =>
  products / lanes / gigahertz / 1e3;

/** Microseconds of a product or an attention in its form; 0 for any other kernel. */
function formTime(kernel: Kernel, machine: Machine): number {
  const step = anchorOf(kernel);
  const kind = step?.op.meaning.kind;
  const cycles =
    kind === "contract"
      ? productCycles(kernel, step, machine)
      : kind === "attention"
        ? attentionCycles(step, machine)
        : 0;
  return cycles / machine.gigahertz / 1e3;
}

function productCycles(kernel: Kernel, step: KernelStep, machine: Machine): number {
  const product = productOf(kernel, step, (formsFor(machine.class).gpu as GPU).tilings);
  const [m, n, k, batch] = [product.m, product.n, product.k, product.batch].map(sizeOf) as [
    number,
    number,
    number,
    number,
  ];
  const extent = { m, n, k: Math.ceil(k / product.parts), batch: batch * product.parts };
  return cyclesOf(product.tiling, { ...extent, alongK: liesAlongK(product) }, machine);
}

/** Cycles of an attention by tiles; 0 where it goes row by row. */
function attentionCycles({ op, operands, attrs }: KernelStep, machine: Machine): number {
  const [query, , value] = operands.map(shapeOf) as [number[], number[], number[]];
  const run = { extent: extentOf(query, value), form: formOf(attrs) };
  const ofGradients: Part[] = run.form.places[1] == null ? ["queries"] : ["queries", "keys"];
  const parts = (op.meaning as Attention).gives === "output" ? ["output" as const] : ofGradients;
  return parts
    .map((part) => {
      const tiles = chooseTiles(part, run, typical[machine.class]);
      return tiles === null ? 0 : tileCycles(part, run, tiles, machine);
    })
    .reduce((a, b) => a + b, 0);
}

/** Bytes of each input (as far as it is read) and each result. */
function bytesOf(kernel: Kernel, parts: readonly Pick<Kernel, "steps" | "stored">[]): number {
  const read = kernel.inputs.map(() => 0);
  const size = kernel.inputs.map(() => 0);
  let written = 0;
  for (const { steps, stored } of parts) {
    for (const { source, view, base } of steps.flatMap(({ operands }) => operands)) {
      if (!("input" in source)) continue;
      read[source.input] = (read[source.input] as number) + reach(view, base);
      size[source.input] = sizeOf(base);
    }
    for (const index of stored) {
      const { dtype, shape } = steps[index] as KernelStep;
      written += wordBytes(dtype, sizeOf(shape));
    }
  }
  return kernel.inputs.reduce((sum, { dtype }, i) => {
    const count = Math.min(read[i] as number, size[i] as number);
    return sum + wordBytes(dtype, count);
  }, written);
}
