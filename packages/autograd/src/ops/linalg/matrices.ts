import { DTypeError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { hasLanes } from "../../graph/lanes.ts";
import { type Custom, type Gradient, type Op, registerOp } from "../../graph/op.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cast, checkFloating } from "../core/constant.ts";
import { counting } from "../core/creation.ts";
import { recordCustom } from "../core/custom.ts";
import { lowering } from "../core/custom-lowering.ts";
import { transpose, unsqueeze } from "../core/layout.ts";
import { eq } from "../math/comparison.ts";

/** The transposed matrices. A view. */
export const mT = (x: Tensor): Tensor => transpose(x, -2, -1);

/** The identity matrix in x's dtype, on its device. */
export function identity(n: number, { dtype, node }: Tensor): Tensor {
  const places = counting(n, node.stream);
  return cast(eq(unsqueeze(places, 1), places), dtype);
}

/** What stands before the last two dimensions. */
export const batchOf = (x: Tensor): Shape => x.shape.slice(0, -2);

/** Refuses what is no batch of matrices of fractions; gives their rows and columns. */
export function checkMatrices(call: string, a: Tensor): [rows: number, columns: number] {
  checkTensor(call, a);
  checkFloating(call, a);
  if (a.dtype === "f16") {
    throw new DTypeError(`${call}: does not support f16 (nor does PyTorch)\n  hint: x.to("f32")`);
  }
  return sizesOfMatrices(call, a);
}

/** Rows and columns of a batch of matrices of any dtype. */
export function sizesOfMatrices(call: string, a: Tensor): [rows: number, columns: number] {
  if (a.shape.length < 2)
    throw new ShapeError(`${call}: takes matrices, [..., m, n]${detail("a", a.shape)}`);
  return a.shape.slice(-2) as [number, number];
}

/** Refuses what is no batch of square matrices; gives their size. */
export function checkSquare(call: string, a: Tensor): number {
  checkMatrices(call, a);
  return sizeOfSquare(call, a);
}

/** The same of any dtype. */
export function sizeOfSquare(call: string, a: Tensor): number {
  const [rows, columns] = sizesOfMatrices(call, a);
  if (rows !== columns)
    throw new ShapeError(`${call}: takes square matrices${detail("a", a.shape)}`);
  return rows;
}

/**
 * A kernel that works through one matrix (or one column) a thread: `thread` of `u.count`. The cpu
 * device has its own, by name.
 */
export interface SerialSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Further numbers. */
  readonly sizes: readonly string[];
  readonly scratch?: readonly string[];
  /** Body of the thread's function, which writes `y`. */
  readonly wgsl: string;
  /** Functions the body calls. */
  readonly functions?: string;
  readonly gradient?: Gradient;
  readonly saves?: readonly (number | "output")[];
}

export function serialOp(spec: SerialSpec): Op {
  const { name, inputs, sizes, scratch = [], wgsl, functions = "", gradient, saves = [] } = spec;
  const meaning: Custom = {
    kind: "custom",
    inputs,
    outputs: ["y"],
    sizes: ["count", ...sizes],
    scalars: [],
    scratch,
    workgroup: 64,
    wgsl: `${functions}fn kernel(thread: u32, group: u32, local: u32) {
  if (thread >= u.count) { return; }
${wgsl}}`,
    algorithm: name,
    lowering,
  };
  return registerOp({ name, meaning, scalarTypes: [], saves, ...(gradient && { gradient }) });
}

/** Records a serial kernel: its threads, and its numbers in the order of `sizes`. */
export function recordSerial(
  op: Op,
  operands: readonly Tensor[],
  shape: Shape,
  count: number,
  sizes: readonly number[],
  scratch: readonly number[] = [],
): Tensor {
  if (context.lanes !== null && operands.some(hasLanes)) {
    return context.lanes.fold(operands, (lanes, batched) => {
      const times = sizeOf(lanes);
      const own = scratch.map((n) => n * times);
      return recordSerial(op, batched, [...lanes, ...shape], count * times, sizes, own);
    });
  }
  const [y] = recordCustom(op, operands, {
    shapes: [shape],
    dtype: (operands[0] as Tensor).dtype,
    sizes: [count, ...sizes],
    scratch,
    groups: Math.ceil(count / 64),
  });
  return y as Tensor;
}

/** Matrices in a batch. */
export const countOf = (x: Tensor): number => sizeOf(batchOf(x));
