import { DTypeError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { hasLanes } from "../../graph/lanes.ts";
import { type Custom, type Gradient, type Op, registerOp } from "../../graph/op.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cast, checkFloating } from "../core/constant.ts";
import { recordCustom } from "../core/custom.ts";
import { lowering } from "../core/custom-lowering.ts";
import { transpose, unsqueeze } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { eq } from "../math/comparison.ts";

/** Transposes matrices. A view. */
export const mT = (x: Tensor): Tensor => transpose(x, -2, -1);

/** The identity matrix in x's dtype, on its device. */
export function identity(n: number, { dtype, node }: Tensor): Tensor {
  const places = counting(n, node.stream);
  return cast(eq(unsqueeze(places, 1), places), dtype);
}

/** The batch dimensions: all but the last two. */
export const batchOf = (x: Tensor): Shape => x.shape.slice(0, -2);

/** The rows and columns of floating-point matrices. Throws on anything else. */
export function checkMatrices(call: string, a: Tensor): [rows: number, columns: number] {
  checkTensor(call, a);
  checkFloating(call, a);
  if (a.dtype === "f16") {
    throw new DTypeError(`${call}: does not support f16 (nor does PyTorch)\n  hint: x.to("f32")`);
  }
  return sizesOfMatrices(call, a);
}

/** The rows and columns of matrices of any dtype. */
export function sizesOfMatrices(call: string, a: Tensor): [rows: number, columns: number] {
  if (a.shape.length < 2)
    throw new ShapeError(`${call}: expected matrices, [..., m, n]${detail("a", a.shape)}`);
  return a.shape.slice(-2) as [number, number];
}

/** The size of square floating-point matrices. Throws on anything else. */
export function checkSquare(call: string, a: Tensor): number {
  checkMatrices(call, a);
  return sizeOfSquare(call, a);
}

/** The size of square matrices of any dtype. */
export function sizeOfSquare(call: string, a: Tensor): number {
  const [rows, columns] = sizesOfMatrices(call, a);
  if (rows !== columns)
    throw new ShapeError(`${call}: expected square matrices${detail("a", a.shape)}`);
  return rows;
}

/**
 * A kernel in which one thread computes one matrix (or one column): `thread` of `u.count`. The cpu
 * device
 * has its own implementation of the same name.
 */
export interface SerialSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Names of further integers. */
  readonly sizes: readonly string[];
  readonly scratch?: readonly string[];
  /** The body of the thread's function. It writes `y`. */
  readonly wgsl: string;
  /** WGSL functions that the body calls. */
  readonly functions?: string;
  readonly gradient?: Gradient;
  readonly saves?: readonly (number | "output")[];
}

/** Registers a custom op with a serial kernel. */
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

/** Records a serial kernel with `count` threads. `sizes` are in the order of the spec's. */
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

/** The number of matrices in a batch. */
export const countOf = (x: Tensor): number => sizeOf(batchOf(x));
