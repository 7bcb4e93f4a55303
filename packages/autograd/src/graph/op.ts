import type { DType } from "../dtype.ts";
import type { Expr } from "../kernel/expression.ts";
import type { lowerAttention } from "../lower/attention/attention.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Attributes } from "./attributes.ts";
import { DROPPED, type Node, PENDING } from "./node.ts";
import type { HostKernel } from "./reading.ts";

/**
 * An operation: its name, its meaning by family, its gradient. Only the file that defines an op
 * knows its name; devices and the scheduler read `meaning`.
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
  /**
   * What `gradient` reads, as operand numbers and "output"; other operands arrive as `undefined`.
   * It may depend on which operands need a gradient.
   */
  readonly saves: Saves | ((needs: readonly boolean[]) => Saves);
  /**
   * Which of `saves` must not be written in place before the backward; all, if not given. PyTorch's
   * rule decides.
   */
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
  /**
   * The range of results for ranges of operands, where the expression does not tell; null if
   * unknown.
   */
  readonly range?: (
    dtype: DType,
    a: readonly [number, number],
    b: readonly [number, number],
  ) => readonly [number, number] | null;
}

/** y[outer] = ⊕ over the last dimensions of the operand, as many as `reducedDims`. */
export interface Reduce {
  readonly kind: "reduce";
  /** "arg…" is the flat index (i32) of the first extreme element; NaN is extreme. */
  readonly combine: "sum" | "prod" | "max" | "min" | "argmax" | "argmin";
}

/**
 * c[batch…, m…, n…] = Σₖ a[batch…, m…, k…] · b[batch…, k…, n…], with the ranks of `ranksOf`. Both
 * operands have the batch shape. Matrix products, einsum and convolutions.
 */
export interface Contract {
  readonly kind: "contract";
}

/**
 * The output starts as operand 0 (`isOnto`) or as zeros. Each further operand is written over it,
 * in order, at its `partStrides` and the offset `scalars[i]`: cat, pad, slice assignment.
 */
export interface Assemble {
  readonly kind: "assemble";
}

/**
 * y[…, j, …] = x[…, index[…, j, …], …] along dimension `dimOf`. The i32 index has y's shape; x has
 * y's sizes in all other dimensions. A negative index counts from the end; out of range gives NaN
 * (0 for integers).
 */
export interface Gather {
  readonly kind: "gather";
}

/**
 * y = x, then y[…, index[…, j, …], …] ⊕= source[…, j, …] along dimension `dimOf`, in the order of
 * j. The i32 index and the source have one shape, at most x's in all other dimensions. Indices out
 * of range are skipped.
 */
export interface Scatter {
  readonly kind: "scatter";
  readonly combine: "assign" | "sum" | "prod" | "max" | "min";
}

/**
 * yₖ = x₀ ⊕ … ⊕ xₖ along the last dimension. "logsumexp" is log(eᵃ + eᵇ); "arg…" is the index (i32)
 * of the last extreme so far.
 */
export interface Scan {
  readonly kind: "scan";
  readonly combine: "sum" | "prod" | "logsumexp" | "argmax" | "argmin";
}

/**
 * The permutation (i32) that sorts the last dimension: stable, NaN last; descending if
 * `isDescending`.
 */
export interface Sort {
  readonly kind: "sort";
}

/**
 * softmax(scale · Q Kᵀ + mask) V or its gradients, row by row, without the scores in memory.
 * Operands: q [batch…, L, E], k [batch…, S, E], v [batch…, S, Eᵥ]; for gradients also the output
 * and its gradient [batch…, L, Eᵥ]; last an optional mask [batch…, L, S], bool or added to the
 * scores. Scalar 0 is the scale; attributes are `AttentionForm`.
 */
export interface Attention {
  readonly kind: "attention";
  readonly gives: "output" | "gradients";
  /** The lowerings come with the op, so that a page without attention does not load them. */
  readonly lowerings: {
    readonly host: HostKernel<Attention>;
    readonly loops: typeof lowerAttention;
  };
}

/**
 * A kernel that its author wrote. It reads whole operands (no views, no constants). Its outputs
 * follow one another in the result, at aligned offsets. Its attributes are `CustomSizes`.
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
   * WGSL with `fn kernel(thread: u32, group: u32, local: u32)`. Operands and outputs are arrays
   * under their names; sizes and scalars are members of `u`.
   */
  readonly wgsl: string;
  /** The name of the same on the host; null where a composition stands for it. */
  readonly algorithm: string | null;
  /** A function in place of text and algorithm, on devices that compute on the host. */
  readonly onHost?: (inputs: readonly Float64Array[], output: Float64Array) => void;
  /** The function of a device that makes a dispatch of the text. */
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

/**
 * Constants and counters. They cost nothing anywhere: they are never cached and never unread
 * outputs.
 */
export const isFree = (node: Node): boolean =>
  node.inputs.length === 0 &&
  node.op.meaning.kind === "elementwise" &&
  (node.state === PENDING || node.state === DROPPED); // values that are settled have let go of their inputs
