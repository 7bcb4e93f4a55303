import type { DType } from "../../dtype.ts";
import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { type Gradient, type Op, registerOp, type Scan } from "../../graph/op.ts";
import { inOrder } from "../../results.ts";
import { normalizeDim, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { cat } from "../core/assembly.ts";
import { apart, cast, checkFloating } from "../core/constant.ts";
import { reshape, transpose, unsqueeze } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { contiguous } from "../core/strided.ts";
import { gatherAlong, raised } from "../indexing/gathering.ts";
import { countable, sum } from "../shape/broadcast.ts";
import { flipped, narrow } from "../shape/movement.ts";
import { add, mul, neg, sub, trueDivide } from "./arithmetic.ts";
import { eq, ge, gt, logicalAnd, ne, where } from "./comparison.ts";
import type { ValuesAndIndices } from "./reduction.ts";
import { exp, log } from "./unary.ts";

const scanOp = (name: string, combine: Scan["combine"], gradient?: Gradient): Op =>
  registerOp({
    name,
    meaning: { kind: "scan", combine },
    scalarTypes: [],
    saves: combine === "prod" || combine === "logsumexp" ? [0, "output"] : [],
    ...(gradient && { gradient }),
  });

const scan = (op: Op, x: Tensor, dtype: DType = x.dtype): Tensor => record(op, [x], x.shape, dtype);

/** The last dimension reversed, as a view. */
const backwards = (x: Tensor): Tensor => flipped(x, [x.shape.length - 1]);

/** The sum of each element and all after it in the last dimension. */
const sumFromEnd = (x: Tensor): Tensor => backwards(scan(cumsumOp, backwards(x)));

const cumsumOp: Op = scanOp("cumsum", "sum", (dy) => [sumFromEnd(dy)]);

/**
 * ∂yⱼ/∂xₖ is the product of the other elements up to j. In O(n): yⱼ/xₖ before the first zero, the
 * products without the first zero at it, 0 after it. This has no derivative at a zero, so a
 * gradient
 * on the tape takes all n² products.
 */
const cumprodOp: Op = scanOp("cumprod", "prod", (dy, [operand], { output }) => {
  const x = operand as Tensor;
  return [context.gradMode ? productsOfOthers(dy, x) : productsByZeros(dy, x, output)];
});

function productsByZeros(dy: Tensor, x: Tensor, y: Tensor): Tensor {
  const isZero = eq(x, 0);
  const zeros = scan(cumsumOp, cast(isZero, "i32"));
  const first = logicalAnd(isZero, eq(zeros, 1));
  const others = where(first, 1, x);
  const atFirst = sumFromEnd(mul(dy, scan(cumprodOp, others)));
  const beforeFirst = trueDivide(sumFromEnd(mul(dy, y)), where(isZero, 1, x));
  return where(first, atFirst, where(eq(zeros, 0), beforeFirst, 0));
}

function productsOfOthers(dy: Tensor, x: Tensor): Tensor {
  const places = counting(x.shape.at(-1) as number, x.node.stream);
  const own = unsqueeze(places, -1);
  const others = scan(cumprodOp, where(eq(own, places), 1, unsqueeze(x, -2)));
  return sum(where(ge(places, own), mul(unsqueeze(dy, -2), others), 0), -1);
}

/**
 * ∂yⱼ/∂xₖ = e^(xₖ − yⱼ), summed in logarithms: positive and negative dy separately. Where yⱼ is −∞,
 * no x before it contributes.
 */
const logcumsumexpOp: Op = scanOp("logcumsumexp", "logsumexp", (dy, [operand], { output }) => {
  const x = operand as Tensor;
  const y = where(eq(output, -Infinity), 0, output);
  const sumOfSign = (signed: Tensor): Tensor => {
    const counts = gt(signed, 0);
    const size = where(counts, log(where(counts, signed, 1)), -Infinity);
    const fromEnd = backwards(scan(logcumsumexpOp, backwards(sub(size, y))));
    return exp(add(fromEnd, x));
  };
  return [sub(sumOfSign(dy), sumOfSign(neg(dy)))];
});

const cummaxOp: Op = scanOp("cummax", "argmax");
const cumminOp: Op = scanOp("cummin", "argmin");

/** Calls `fn` with the dimension moved last, and moves it back in the result. */
export function alongLast(x: Tensor, dim: number, fn: (x: Tensor) => Tensor): Tensor {
  const last = Math.max(x.shape.length - 1, 0);
  if (x.shape.length === 0) return reshape(fn(raised(x)), []);
  return dim === last ? fn(x) : contiguous(transpose(fn(transpose(x, dim, last)), dim, last));
}

/** Options of `cumsum` and `cumprod`. */
export interface CumulateOptions extends DimOption {
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

function cumulate(
  op: Op,
  x: Tensor,
  dim: number | CumulateOptions,
  options: CumulateOptions | undefined,
): Tensor {
  checkTensor(op.name, x);
  const settings = withDim<number, CumulateOptions>(dim, options);
  const at = normalizeDim(op.name, dimOf(op.name, settings.dim), x.shape.length);
  const value = cast(x, settings.dtype ?? countable(x.dtype));
  return composite(() => {
    const result = alongLast(value, at, (row) => scan(op, row));
    return op === cumsumOp ? result : watch(result, result); // PyTorch's rules read the result
  });
}

function dimOf(call: string, dim: number | undefined): number {
  if (dim !== undefined) return dim;
  throw new ArgumentError(`${call}: needs a dimension\n  hint: ${call}(x, 0)`);
}

/** yₖ = x₀ + … + xₖ along `dim`. Bools and bytes are counted in i32. */
export function cumsum(
  x: Tensor,
  dim: number | CumulateOptions,
  options?: CumulateOptions,
): Tensor {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("cumsum(x, dim?: number, { dim, dtype: dtype | null })", arguments);
  return cumulate(cumsumOp, x, dim, options);
}

/** yₖ = x₀ · … · xₖ along `dim`; exact gradients where elements are 0. */
export function cumprod(
  x: Tensor,
  dim: number | CumulateOptions,
  options?: CumulateOptions,
): Tensor {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("cumprod(x, dim?: number, { dim, dtype: dtype | null })", arguments);
  return cumulate(cumprodOp, x, dim, options);
}

/** yₖ = log(e^x₀ + … + e^xₖ) along `dim`, without overflow. */
export function logcumsumexp(x: Tensor, dim: number | DimOption): Tensor {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("logcumsumexp(x, dim?: number, { dim })", arguments);
  checkTensor("logcumsumexp", x);
  checkFloating("logcumsumexp", x);
  return cumulate(logcumsumexpOp, x, dim, undefined);
}

function extremesSoFar(op: Op, x: Tensor, dim: number | DimOption): ValuesAndIndices {
  checkTensor(op.name, x);
  const { dim: along } = withDim<number, DimOption>(dim, undefined);
  const at = normalizeDim(op.name, dimOf(op.name, along), x.shape.length);
  return composite(() => {
    const indices = alongLast(x, at, (row) => scan(op, row, "i32"));
    return inOrder({ values: watch(chosenAlong(x, at, indices), x), indices });
  });
}

/** The elements at the indices along a dimension. Also takes 0-d tensors. */
export function chosenAlong(x: Tensor, dim: number, indices: Tensor): Tensor {
  if (sizeOf(indices.shape) === 0) return narrow(x, dim, 0, indices.shape[dim] as number);
  return reshape(gatherAlong(raised(x), dim, raised(indices)), indices.shape);
}

/**
 * The largest element so far along `dim`, and its index (i32). Of equal elements it is the latest.
 * From the first NaN on it is NaN.
 */
export function cummax(x: Tensor, dim: number | DimOption): ValuesAndIndices {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("cummax(x, dim?: number, { dim })", arguments);
  return extremesSoFar(cummaxOp, x, dim);
}

/**
 * The smallest element so far along `dim`, and its index (i32). Of equal elements it is the latest.
 * From the first NaN on it is NaN.
 */
export function cummin(x: Tensor, dim: number | DimOption): ValuesAndIndices {
  if (arguments.length > 2 || typeof dim === "object")
    checkCall("cummin(x, dim?: number, { dim })", arguments);
  return extremesSoFar(cumminOp, x, dim);
}

/** Options of `diff`. */
export interface DiffOptions extends DimOption {
  /** How many times to take differences (1). */
  readonly n?: number;
  /** Prepended to x along `dim`. */
  readonly prepend?: Tensor | null;
  /** Appended to x along `dim`. */
  readonly append?: Tensor | null;
}

/**
 * yₖ = xₖ₊₁ − xₖ, the differences of neighbours along `dim` (the last unless given), taken `n`
 * times.
 * For bools: whether neighbours differ.
 */
export function diff(
  x: Tensor,
  n?: number | DiffOptions,
  dim?: number,
  options?: DiffOptions,
): Tensor {
  if (arguments.length > 1)
    checkCall(
      "diff(x, n?: number, dim?: number, { n, dim, prepend: tensor | null, append: tensor | null })",
      arguments,
    );
  checkTensor("diff", x);
  const given = typeof n === "object" ? n : { ...options, ...(n !== undefined && { n }) };
  const settings = dim === undefined ? given : { ...given, dim };
  const { n: times = 1, dim: along = -1, prepend, append } = settings;
  if (x.shape.length === 0) {
    throw new ShapeError(
      `diff: expected at least 1 dimension, got a 0-d tensor${detail("x", x.shape)}`,
    );
  }
  if (!(Number.isInteger(times) && times >= 0)) {
    throw new ArgumentError(`diff: n must be a whole number, 0 or more, got ${times}`);
  }
  const at = normalizeDim("diff", along, x.shape.length);
  return composite(() => {
    const parts = [prepend ?? null, x, append ?? null].filter((part) => part !== null);
    let value = parts.length > 1 ? cat(parts, at) : x;
    for (let i = 0; i < times; i++) {
      const count = Math.max((value.shape[at] as number) - 1, 0);
      const first = narrow(value, at, 0, count);
      const second = narrow(value, at, Math.min(1, value.shape[at] as number), count);
      value = value.dtype === "bool" ? ne(second, first) : sub(second, first);
    }
    return apart(value, x);
  });
}
