import type { DType } from "../dtype.ts";
import type { Expr } from "../kernel/expression.ts";
import type { lowerAttention } from "../lower/attention/attention.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Attributes } from "./attributes.ts";
import { DROPPED, type Node, PENDING } from "./node.ts";
import type { HostKernel } from "./reading.ts";

/**
 * An operation: its name, what it means (by family), and its gradient. Nothing outside the file that defines an op
 * knows it by name; devices and the scheduler ask `meaning`.
 */
export interface Op {
  readonly name: string;
  /** Stands for the op in plan keys; given by `registerOp`. */
  readonly code: number;
  readonly meaning: Meaning;
  /** Dtypes of the dynamic scalars; "result" is the node's own dtype. */
  readonly scalarTypes: readonly (DType | "result")[];
  /** The derivative, in tensor ops: dL/dinputs from dL/doutput. Absent: not differentiable. */
  readonly gradient?: Gradient;
  /** What `gradient` reads: operand numbers and "output", perhaps by which operands need one. The rest arrives as `undefined`. */
  readonly saves: Saves | ((needs: readonly boolean[]) => Saves);
  /** Which of these must not be written to before the backward, if not all: those that PyTorch's rule reads too. */
  readonly guards?: Saves;
}

export type Saves = readonly (number | "output")[];

/** Of a product: each operand is what the other's gradient reads. */
export const eachOther = ([first, second]: readonly boolean[]): Saves => {
  if (first !== second) return first ? [1] : [0];
  return first ? [0, 1] : [];
};

export interface GradientCall {
  readonly output: Tensor;
  /** Which operands need a gradient; the others may be given `null`. */
  readonly needs: readonly boolean[];
  /** Dtypes of the operands. */
  readonly dtypes: readonly DType[];
  /** Shapes of the operands, before broadcasting. */
  readonly shapes: readonly Shape[];
  /** How an operand lay in memory. */
  strides(operand: number): readonly number[];
  readonly attrs: Attributes;
  readonly scalars: readonly number[];
}

export type Gradient = (
  dy: Tensor,
  inputs: readonly Tensor[],
  call: GradientCall,
) => readonly (Tensor | null | false)[];

export type Meaning =
  | Elementwise
  | Reduce
  | Contract
  | Assemble
  | Gather
  | Scatter
  | Scan
  | Sort
  | Attention
  | Custom
  | Source;

/** y[i] = f(a[i], b[i], …; scalars…; i): one output element from one element of each operand. */
export interface Elementwise {
  readonly kind: "elementwise";
  /** Arguments: the operands, the scalars, and the flat index if `indexed`. */
  readonly expression: (...values: Expr[]) => Expr;
  /** The same in f64 on the host, written to be obviously right. */
  readonly reference: (...values: number[]) => number;
  /** The same for i32 and u32, where f64 is not exact (products, bits). */
  readonly integerReference?: (...values: number[]) => number;
  readonly indexed: boolean;
  /** Least and greatest result from those of the operands, where the expression does not tell; null where it is not known. */
  readonly range?: (
    dtype: DType,
    a: readonly [number, number],
    b: readonly [number, number],
  ) => readonly [number, number] | null;
}

/** y[outer] = ⊕ over the last dimensions of the operand, as many as `reducedDims`. */
export interface Reduce {
  readonly kind: "reduce";
  /** "arg…" give the index (i32, flat over the reduced dimensions) of the first extreme element; NaN is extreme. */
  readonly combine: "sum" | "prod" | "max" | "min" | "argmax" | "argmin";
}

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…], for dimensions as many as `ranksOf` says.
 * Both operands have the whole batch shape. Matrix products, einsum and convolutions are instances.
 */
export interface Contract {
  readonly kind: "contract";
}

/**
 * The output starts as operand 0 (`isOnto`) or as zeros. Each further operand is then written over it, in
 * order, at its `partStrides` and the offset `scalars[i]`: cat, pad, slice assignment.
 */
export interface Assemble {
  readonly kind: "assemble";
}

/**
 * y[…, j, …] = x[…, index[…, j, …], …] along dimension `dimOf`. Operands: x, and an i32 index of y's shape; x has y's rank,
 * and y's size in every other dimension. A negative index counts from the end; one out of range gives NaN (0 for integers).
 */
export interface Gather {
  readonly kind: "gather";
}

/**
 * y = x, then y[…, index[…, j, …], …] ⊕= source[…, j, …] along dimension `dimOf`, j in order: deterministic. Operands: x, an i32
 * index, and a source of the index's shape, which is at most x's in every other dimension. Out of range: skipped.
 */
export interface Scatter {
  readonly kind: "scatter";
  readonly combine: "assign" | "sum" | "prod" | "max" | "min";
}

/**
 * yₖ = x₀ ⊕ … ⊕ xₖ along the last dimension. "logsumexp" is log(eᵃ + eᵇ); "arg…" give the index (i32) of the extreme so far, the
 * latest of equals.
 */
export interface Scan {
  readonly kind: "scan";
  readonly combine: "sum" | "prod" | "logsumexp" | "argmax" | "argmin";
}

/** The permutation (i32) that sorts the last dimension, stable, NaN greatest; descending if `isDescending`. */
export interface Sort {
  readonly kind: "sort";
}

/**
 * softmax(scale · Q Kᵀ + mask) V, and its gradients, row by row: the scores are never together in memory. Operands: q [batch…, L, E],
 * k [batch…, S, E], v [batch…, S, Eᵥ]; for gradients then the output and its gradient [batch…, L, Eᵥ]; last, if any, a mask
 * [batch…, L, S], bool (what may be seen) or added to the scores. The scale is scalar 0; Attributes and further
 * scalars are those of `AttentionForm`.
 */
export interface Attention {
  readonly kind: "attention";
  readonly gives: "output" | "gradients";
  /** What each device does for it: it comes with the op, so that a page without attention does not load it. */
  readonly lowerings: {
    readonly host: HostKernel<Attention>;
    readonly loops: typeof lowerAttention;
  };
}

/**
 * A kernel in its author's own words. Operands are read whole (no views, no constants); the outputs lie in the result one after
 * another, each at a start that a binding may have. Its attributes are `CustomSizes`.
 */
export interface Custom {
  readonly kind: "custom";
  /** Names of the operands, the outputs, the sizes (u32), and the scalars. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly sizes: readonly string[];
  readonly scalars: readonly string[];
  /** Names of arrays of the output's dtype that are there while the kernel runs. */
  readonly scratch: readonly string[];
  /** Threads of a workgroup. */
  readonly workgroup: number;
  /**
   * WGSL with `fn kernel(thread: u32, group: u32, local: u32)`, for which operands and outputs are arrays under their names, and
   * numbers members of `u`.
   */
  readonly wgsl: string;
  /** The name of the same on the host; null where a composition stands for it. */
  readonly algorithm: string | null;
  /** What a device that runs the text does with it: a function of that device, which comes with the op. */
  readonly lowering: unknown;
}

/** Elements that the start of an output is a multiple of: 256 bytes, as bindings are aligned. */
export const OUTPUT_ALIGNMENT = 64;

/** Data from the host. */
export interface Source {
  readonly kind: "source";
}

const registry: Op[] = [];

/** Gives an op its code and enters it in the registry. */
export function registerOp(op: Omit<Op, "code">): Op {
  const registered: Op = { ...op, code: registry.length };
  registry.push(registered);
  return registered;
}

/** Every op there is, in the order of definition. */
export const registeredOps = (): readonly Op[] => registry;

/** Constants and counters: no operands, computed anywhere at no cost, so never cached and never a sink. */
export const isFree = (node: Node): boolean =>
  node.inputs.length === 0 &&
  node.op.meaning.kind === "elementwise" &&
  (node.state === PENDING || node.state === DROPPED); // values that are settled have let go of their inputs
