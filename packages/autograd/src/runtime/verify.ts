import type { Scheduled } from "../compile/schedule.ts";
import type { Trace } from "../compile/trace.ts";
import type {
  BoundKernel,
  Device,
  DeviceBuffer,
  Kernel,
  KernelOperand,
  KernelStep,
  Read,
  Submission,
  Trial,
} from "../devices/device.ts";
import { isFloating, type TypedArray } from "../dtype.ts";
import { detail, VerifyError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { trialOfMany } from "./trials.ts";

/** A kernel of a plan: its schedule and its buffers. */
export interface PlannedKernel {
  readonly scheduled: Scheduled;
  readonly bound: BoundKernel;
}

/** A relative change that simulates rounding, and the allowed multiple of its effect. */
const NUDGE = 4e-6;
const SLACK = 32;

/**
 * Runs a plan kernel by kernel and compares the outputs with the reference device, which runs one
 * operation at a time. The tolerance is how far simulated rounding errors change the result.
 */
export class Verifier {
  readonly #reference: Device;

  constructor(reference: Device) {
    this.#reference = reference;
  }

  /** Submits the plan. `checked` rejects with VerifyError if a kernel is wrong. */
  run(
    device: Device,
    kernels: readonly PlannedKernel[],
    trace: Trace,
    { program: whole, params, before, after, reads, trial }: Submission,
  ): { values: Promise<TypedArray>[]; checked: Promise<void> } {
    const sources = trace.sources.map(({ node, count }, i): Read | null => {
      const at = find(kernels, -1 - i);
      return at === null ? null : { from: at, fromByte: 0, dtype: node.dtype, count };
    });
    const taken = sources.filter((read) => read !== null);
    const verdict = whole === null ? null : (device.judge?.(whole) ?? null);
    const { part, last } = trialOfMany(trial as () => Trial);
    const nothing = {
      program: null,
      params: [],
      before: [],
      after: [],
      reads: [],
      verdict,
      trial: part,
    };
    const early = quiet(device.submit({ ...nothing, before, reads: taken }));
    let first = 0;
    const stored = kernels.map(({ scheduled, bound }) => {
      const program = device.program([bound]);
      const count = scheduled.kernel.params.length;
      const numbers = Array.from({ length: count }, (_, p) => params[first + p] as number);
      first += count;
      const outputs = scheduled.stores.map((position, s): Read => {
        const { dtype, size } = trace.order[position] as Trace["order"][number];
        return { from: bound.outputs[s] as DeviceBuffer, fromByte: 0, dtype, count: size };
      });
      const values = quiet(device.submit({ ...nothing, program, params: numbers, reads: outputs }));
      return { values, numbers, program };
    });
    const values = device.submit({ ...nothing, after, reads, trial: last });
    const checked = (async () => {
      const known = new Map<number, TypedArray>();
      const arrived = await Promise.all(early);
      let next = 0;
      sources.forEach((read, i) => {
        if (read !== null) known.set(-1 - i, arrived[next++] as TypedArray);
      });
      for (const [k, { scheduled }] of kernels.entries()) {
        const { values, numbers, program } = stored[k] as (typeof stored)[number];
        const found = await Promise.all(values);
        program.dispose();
        await this.#check(scheduled, numbers, known, found);
        scheduled.stores.forEach((position, s) => {
          known.set(position, found[s] as TypedArray);
        });
      }
    })();
    return { values, checked };
  }

  async #check(
    { kernel, inputs }: Scheduled,
    params: readonly number[],
    known: ReadonlyMap<number, TypedArray>,
    found: readonly TypedArray[],
  ): Promise<void> {
    if (kernel.steps.some(({ op }) => op.meaning.kind === "custom")) return; // one operation anyway
    const values = inputs.map((ref) => known.get(ref) ?? new Float32Array(0));
    const plain = await this.#evaluate(kernel, params, values, 0);
    const nudged = [
      await this.#evaluate(kernel, params, values, 1),
      await this.#evaluate(kernel, params, values, 2),
    ];
    kernel.stored.forEach((index, s) => {
      const step = kernel.steps[index] as KernelStep;
      const want = plain[index] as TypedArray;
      const others = nudged.map((one) => one[index] as TypedArray);
      const got = found[s] as TypedArray;
      const at = firstDifference(got, want, others, step);
      if (at < 0) return;
      const names = kernel.steps.map(({ op }) => op.name).join(" · ");
      throw new VerifyError(
        `verify: the kernel ${names} differs from its operations run one by one` +
          `${detail(`'${step.op.name}'`, step.shape, step.dtype)}` +
          `\n  first difference: element ${at} is ${got[at]}, not ${want[at]}` +
          '\n  hint: init({ fusion: "off" }) computes without merged kernels; please report this program',
      );
    });
  }

  /** The values of all steps, one operation at a time; with a seed, perturbed like rounding. */
  async #evaluate(
    kernel: Kernel,
    params: readonly number[],
    inputs: readonly TypedArray[],
    seed: number,
  ): Promise<TypedArray[]> {
    const from = seed === 0 ? inputs : inputs.map((values) => nudge(values, seed));
    const results: TypedArray[] = [];
    for (const [index, step] of kernel.steps.entries()) {
      const value = await this.#compute(kernel, step, params, from, results);
      results[index] = seed === 0 || isNumber(step) ? value : nudge(value, seed + index);
    }
    return results;
  }

  /** Runs one step as a kernel on the reference device. Constants stay steps of that kernel. */
  async #compute(
    kernel: Kernel,
    step: KernelStep,
    params: readonly number[],
    inputs: readonly TypedArray[],
    results: readonly TypedArray[],
  ): Promise<TypedArray> {
    const device = this.#reference;
    const steps: KernelStep[] = [];
    const data: { dtype: KernelOperand["dtype"]; values: TypedArray }[] = [];
    const operands = step.operands.map((operand): KernelOperand => {
      const { source, dtype } = operand;
      if ("input" in source) {
        const values = inputs[source.input] as TypedArray;
        return { ...operand, source: { input: data.push({ dtype, values }) - 1 } };
      }
      const from = kernel.steps[source.step] as KernelStep;
      if (isNumber(from) && !kernel.stored.includes(source.step))
        return { ...operand, source: { step: steps.push(from) - 1 } };
      const values = results[source.step] as TypedArray;
      return { ...operand, source: { input: data.push({ dtype, values }) - 1 } };
    });
    steps.push({ ...step, operands });
    const lowered = device.lower({
      steps,
      anchor: -1,
      stored: [steps.length - 1],
      rows: null,
      inputs: data.map(({ dtype }) => ({ dtype, inPlace: -1 })),
      params: kernel.params,
      parts: [],
    });
    const bytes = (dtype: KernelOperand["dtype"], count: number) => device.bytesOf(dtype, count);
    const buffers = data.map(({ dtype, values }) => {
      const buffer = device.createBuffer(Math.max(4, bytes(dtype, values.length)));
      device.write(buffer, 0, values, dtype);
      return buffer;
    });
    const count = sizeOf(step.shape);
    const out = device.createBuffer(Math.max(4, bytes(step.dtype, count)));
    const scratch = lowered.scratch.map((size) => device.createBuffer(size));
    const program = device.program([{ lowered, inputs: buffers, outputs: [out], scratch }]);
    const read = { from: out, fromByte: 0, dtype: step.dtype, count };
    const [value] = await Promise.all(
      device.submit({ program, params, before: [], after: [], reads: [read] }),
    );
    return value as TypedArray;
  }
}

/** Marks promises as handled, since they may be rejected before they are awaited. */
function quiet<T>(promises: Promise<T>[]): Promise<T>[] {
  for (const promise of promises) promise.catch(() => {});
  return promises;
}

/** Whether a step has one value for all elements. */
const isNumber = ({ op, operands }: KernelStep): boolean =>
  op.meaning.kind === "elementwise" && operands.length === 0 && !op.meaning.indexed;

/** The values, each made a little larger or smaller; integers do not change. */
function nudge(values: TypedArray, seed: number): TypedArray {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return values;
  return values.map((value, i) => {
    const bit = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
    return value * (1 + (Math.imul(bit, 0xc2b2ae35) < 0 ? NUDGE : -NUDGE));
  });
}

/** The first element that differs by more than rounding can explain; -1 if none does. */
function firstDifference(
  got: TypedArray,
  want: TypedArray,
  nudged: readonly TypedArray[],
  { dtype }: KernelStep,
): number {
  const exact = !isFloating(dtype);
  const half = dtype === "f16" ? 256 : 1;
  let largest = 0;
  for (const value of want)
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return want.findIndex((y, i) => {
    const x = got[i] as number;
    if (Object.is(x, y) || x === y) return false;
    const others = nudged.map((values) => values[i] as number);
    if (exact || !Number.isFinite(x) || !Number.isFinite(y))
      return others.every((other) => Object.is(other, y) || other === y);
    const moved = Math.max(...others.map((other) => Math.abs(other - y)));
    if (!Number.isFinite(moved)) return false;
    const allowed = half * (1e-6 * largest + 1e-5 * Math.abs(y)) + SLACK * moved + 2e-38;
    return !(Math.abs(x - y) <= allowed);
  });
}

function find(kernels: readonly PlannedKernel[], ref: number): DeviceBuffer | null {
  for (const { scheduled, bound } of kernels) {
    const at = scheduled.inputs.indexOf(ref);
    if (at >= 0) return bound.inputs[at] as DeviceBuffer;
  }
  return null;
}
