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
  /** Identifies the op in plan keys; `registerOp` assigns it. */
  readonly code: number;
  readonly meaning: Meaning;
  /** Dtypes of the scalars; "result" is the node's own dtype. */
  readonly scalarTypes: readonly (DType | "result")[];
  /** dL/dinputs from dL/doutput, in tensor ops. Absent if the op is not differentiable. */
  readonly gradient?: Gradient;
  /**
   * What `gradient` reads, as operand numbers and "output"; other operands arrive as `undefined`.
   * It may depend on which operands need a gradient.
   */
  readonly saves: Saves | ((needs: readonly boolean[]) => Saves);
  /** Those of `saves` that must not be written before backward, as in PyTorch; by default all. */
  readonly guards?: Saves;
}

export type Saves = readonly (number | "output")[];

/** `saves` of a product: the gradient of an operand reads the other one. */
export const eachOther = ([first, second]: readonly boolean[]): Saves => {
  if (first !== second) return first ? [1] : [0];
  return first ? [0, 1] : [];
};

export interface GradientCall {
  readonly output: Tensor;
  /** Which operands need a gradient. For the others the result may be `null`. */
  readonly needs: readonly boolean[];
  /** Dtypes of the operands. */
  readonly dtypes: readonly DType[];
  /** Shapes of the operands, before broadcasting. */
  readonly shapes: readonly Shape[];
  /** An operand's strides. */
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
  /** The same in f64 on the host, as simple as possible: tests take it as the truth. */
  readonly reference: (...values: number[]) => number;
  /** The same for i32 and u32, where f64 is not exact (products, bits). */
  readonly integerReference?: (...values: number[]) => number;
  readonly indexed: boolean;
  /** The interval of results for intervals of operands, if the expression does not show it. */
  readonly range?: (
    dtype: DType,
    a: readonly [number, number],
    b: readonly [number, number],
  ) => readonly [number, number] | null;
}

/** y[outer] = ⊕ over the last dimensions of the operand, as many as `reducedDims`. */
export interface Reduce {
  readonly kind: "reduce";
  /** "arg…" gives the flat index (i32) of the first extreme element. NaN is extreme. */
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
 * yₖ = x₀ ⊕ … ⊕ xₖ along the last dimension. "logsumexp" is log(eᵃ + eᵇ); "arg…" gives the index
 * (i32) of the last extreme so far.
 */
export interface Scan {
  readonly kind: "scan";
  readonly combine: "sum" | "prod" | "logsumexp" | "argmax" | "argmin";
}

/** The permutation (i32) that sorts the last dimension, stable. NaN is the greatest value. */
export interface Sort {
  readonly kind: "sort";
}

/**
 * softmax(scale · Q Kᵀ + mask) V or its gradients. Scores are not stored.
 * Operands: q [batch…, L, E], k [batch…, S, E], v [batch…, S, Eᵥ]; for gradients also the output
 * and its gradient [batch…, L, Eᵥ]; last an optional mask [batch…, L, S], bool or added to the
 * scores. Scalar 0 is the scale; attributes are `AttentionForm`.
 */
export interface Attention {
  readonly kind: "attention";
  readonly gives: "output" | "gradients";
  /** The op brings its lowerings, so that a page without attention does not load them. */
  readonly lowerings: {
    readonly host: HostKernel<Attention>;
    readonly loops: typeof lowerAttention;
  };
}

/**
 * A kernel written by a user. It reads whole operands (no views, no constants). The result contains
 * its outputs one after another, at aligned offsets. Its attributes are `CustomSizes`.
 */
export interface Custom {
  readonly kind: "custom";
  /** Names of the operands, the outputs, the sizes (u32), and the scalars. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly sizes: readonly string[];
  readonly scalars: readonly string[];
  /** Names of scratch arrays of the output's dtype. */
  readonly scratch: readonly string[];
  /** Threads of a workgroup. */
  readonly workgroup: number;
  /**
   * WGSL with `fn kernel(thread: u32, group: u32, local: u32)`. Operands and outputs are arrays
   * under their names; sizes and scalars are members of `u`.
   */
  readonly wgsl: string;
  /** The name of the host's algorithm; null if a composition is used there. */
  readonly algorithm: string | null;
  /** A function that devices on the host call in place of `algorithm`. */
  readonly onHost?: (inputs: readonly Float64Array[], output: Float64Array) => void;
  /** The device's function that makes dispatches of the text. */
  readonly lowering: unknown;
}

/** Alignment of outputs in elements: 256 bytes, the alignment of bindings. */
export const OUTPUT_ALIGNMENT = 64;

/** Data from the host. */
export interface Source {
  readonly kind: "source";
}

const registry: Op[] = [];

/** Gives an op its code and adds it to the registry. */
export function registerOp(op: Omit<Op, "code">): Op {
  const registered: Op = { ...op, code: registry.length };
  registry.push(registered);
  return registered;
}

/** All ops in order of definition. */
export const registeredOps = (): readonly Op[] => registry;

/**
 * Whether a node is a constant or a counter, which cost nothing: they are never cached or unread.
 */
export const isFree = (node: Node): boolean =>
  node.inputs.length === 0 &&
  node.op.meaning.kind === "elementwise" &&
  (node.state === PENDING || node.state === DROPPED); // computed values drop their inputs
