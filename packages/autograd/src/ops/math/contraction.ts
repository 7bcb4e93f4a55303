import { promote } from "../../dtype.ts";
import { DTypeError, detail, ShapeError } from "../../errors.ts";
import { broadcastShapes, sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { lowered } from "../core/autocast.ts";
import { refuseBool } from "../core/constant.ts";
import { reshape, transpose, unsqueeze } from "../core/layout.ts";
import { sum } from "../shape/broadcast.ts";
import { add, mul } from "./arithmetic.ts";
import { contract } from "./contract.ts";

/** Throws if the operands of a matrix product have different dtypes or are bool. */
export function checkMatched(call: string, a: Tensor, b: Tensor): void {
  checkTensor(call, a);
  checkTensor(call, b);
  if (a.dtype !== b.dtype) {
    throw new DTypeError(
      `${call}: both must be of one dtype, got ${a.dtype} and ${b.dtype}\n  hint: convert one, x.to("${promote(a.dtype, b.dtype)}")`,
    );
  }
  refuseBool(call, a, 'x.to("f32")');
}

function mismatch(
  call: string,
  a: Tensor,
  b: Tensor,
  inner: readonly [number, number],
): ShapeError {
  const turned = b.shape.length >= 2 && b.shape.at(-1) === inner[0];
  const hint = turned
    ? `\n  hint: did you mean a.${call}(b.${b.shape.length === 2 ? "T" : "mT"})?`
    : "";
  return new ShapeError(
    `${call}: inner sizes ${inner[0]} and ${inner[1]} differ${detail("a", a.shape)}${detail("b", b.shape)}${hint}`,
  );
}

/**
 * The matrix product c = a b over the last two dimensions. The leading dimensions are batches and
 * broadcast. A vector is a row on the left and a column on the right, and that dimension is dropped
 * from the result. [..., m, k], [..., k, n] → [..., m, n].
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) checkCall("matmul(a, b)", arguments);
  const [left, right] = [lowered(a), lowered(b)];
  checkMatched("matmul", left, right);
  if (left.shape.length === 0 || right.shape.length === 0) {
    throw new ShapeError(
      `matmul: operands need at least 1 dimension${detail("a", a.shape)}${detail("b", b.shape)}\n  hint: mul multiplies by a number`,
    );
  }
  const inner = [
    left.shape.at(-1) as number,
    right.shape.at(right.shape.length === 1 ? 0 : -2) as number,
  ] as const;
  if (inner[0] !== inner[1]) throw mismatch("matmul", a, b, inner);
  return composite(() => {
    const x = left.shape.length === 1 ? unsqueeze(left, 0) : left;
    const y = right.shape.length === 1 ? unsqueeze(right, 1) : right;
    const product = batched(x, y);
    const rows = left.shape.length === 1 ? [] : [x.shape.at(-2) as number];
    const columns = right.shape.length === 1 ? [] : [y.shape.at(-1) as number];
    return reshape(product, [...product.shape.slice(0, -2), ...rows, ...columns]);
  });
}

function batched(x: Tensor, y: Tensor): Tensor {
  const k = x.shape.at(-1) as number;
  if (y.shape.length === 2 && x.shape.length > 2) {
    // If all batches share one matrix, the product is one of a single tall matrix.
    const tall = reshape(x, [sizeOf(x.shape.slice(0, -1)), k]);
    const product = contract(tall, y, [0, 1, 1, 1]);
    return reshape(product, [...x.shape.slice(0, -1), y.shape[1] as number]);
  }
  const rank = Math.max(x.shape.length, y.shape.length);
  broadcastShapes("matmul", x.shape.slice(0, -2), y.shape.slice(0, -2));
  return contract(raised(x, rank), raised(y, rank), [rank - 2, 1, 1, 1]);
}

/** Prepends dimensions of size 1 up to `rank` dimensions. */
const raised = (x: Tensor, rank: number): Tensor =>
  reshape(x, [...Array<number>(rank - x.shape.length).fill(1), ...x.shape]);

/** Throws unless the operands have these numbers of dimensions. */
function checkRanks(call: string, a: Tensor, b: Tensor, ranks: readonly [number, number]): void {
  checkTensor(call, a);
  checkTensor(call, b);
  if (a.shape.length === ranks[0] && b.shape.length === ranks[1]) return;
  throw new ShapeError(
    `${call}: takes operands of ${ranks[0]} and ${ranks[1]} dimensions${detail("a", a.shape)}${detail("b", b.shape)}` +
      "\n  hint: matmul takes any number of dimensions",
  );
}

/** The product of two matrices: [m, k], [k, n] → [m, n]. */
export function mm(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) checkCall("mm(a, b)", arguments);
  checkRanks("mm", a, b, [2, 2]);
  return matmul(a, b);
}

/** The products of two batches of matrices: [b, m, k], [b, k, n] → [b, m, n]. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) checkCall("bmm(a, b)", arguments);
  checkRanks("bmm", a, b, [3, 3]);
  if (a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      `bmm: batch sizes ${a.shape[0]} and ${b.shape[0]} differ${detail("a", a.shape)}${detail("b", b.shape)}`,
    );
  }
  return matmul(a, b);
}

/** The product of a matrix and a vector: [m, k], [k] → [m]. */
export function mv(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) checkCall("mv(a, b)", arguments);
  checkRanks("mv", a, b, [2, 1]);
  return matmul(a, b);
}

/** The dot product Σᵢ aᵢ bᵢ of two vectors: [n], [n] → []. */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) checkCall("dot(a, b)", arguments);
  checkRanks("dot", a, b, [1, 1]);
  return matmul(a, b);
}

/** The outer product cᵢⱼ = aᵢ bⱼ of two vectors: [m], [n] → [m, n]. */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (arguments.length > 2) checkCall("outer(a, b)", arguments);
  checkRanks("outer", a, b, [1, 1]);
  return mul(unsqueeze(a, 1), b);
}

/** Options of `addmm`, `baddbmm`, `addmv`, `addr` and `addbmm`. */
export interface AddmmOptions {
  /** β, the factor of the added tensor (1). */
  readonly beta?: number;
  /** α, the factor of the product (1). */
  readonly alpha?: number;
}

/** β·c + α·a b for matrices: [m, n], [m, k], [k, n] → [m, n]. */
export function addmm(c: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  if (arguments.length > 3) checkCall("addmm(c, a, b, { beta: number, alpha: number })", arguments);
  checkRanks("addmm", a, b, [2, 2]);
  return addProduct("addmm", c, a, () => matmul(a, b), options);
}

/** β·c + α·a b for batches of matrices: [b, m, n], [b, m, k], [b, k, n] → [b, m, n]. */
export function baddbmm(c: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  if (arguments.length > 3)
    checkCall("baddbmm(c, a, b, { beta: number, alpha: number })", arguments);
  checkRanks("baddbmm", a, b, [3, 3]);
  return addProduct("baddbmm", c, a, () => matmul(a, b), options);
}

/** β·c + α·a b for a matrix a and a vector b: [m], [m, k], [k] → [m]. */
export function addmv(c: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  if (arguments.length > 3) checkCall("addmv(c, a, b, { beta: number, alpha: number })", arguments);
  checkRanks("addmv", a, b, [2, 1]);
  return addProduct("addmv", c, a, () => matmul(a, b), options);
}

/** β·c + α·a bᵀ for two vectors (`outer`): [m, n], [m], [n] → [m, n]. */
export function addr(c: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  if (arguments.length > 3) checkCall("addr(c, a, b, { beta: number, alpha: number })", arguments);
  return addProduct("addr", c, a, () => outer(a, b), options);
}

/** β·c + α·Σᵢ aᵢ bᵢ, summed over a batch of matrices: [m, n], [b, m, k], [b, k, n] → [m, n]. */
export function addbmm(c: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  if (arguments.length > 3)
    checkCall("addbmm(c, a, b, { beta: number, alpha: number })", arguments);
  return addProduct("addbmm", c, a, () => sum(bmm(a, b), 0, { dtype: a.dtype }), options);
}

/** β·c + α·product, where c broadcasts to the product. */
function addProduct(
  call: string,
  c: Tensor,
  a: Tensor,
  product: () => Tensor,
  { beta = 1, alpha = 1 }: AddmmOptions,
): Tensor {
  checkMatched(call, lowered(c), lowered(a));
  return composite(() => {
    const made = product();
    const addend = lowered(c);
    const total = add(beta === 1 ? addend : mul(addend, beta), made, { alpha });
    if (sameShape(total.shape, made.shape)) return total;
    throw new ShapeError(
      `${call}: the added tensor does not broadcast to the product${detail("c", c.shape)}${detail("product", made.shape)}`,
    );
  });
}

/** y = x Wᵀ + b. x: [..., in]; weight: [out, in]; bias: [out] → [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  if (arguments.length > 2) checkCall("linear(x, weight, bias?: tensor | null)", arguments);
  return linearOf(lowered(x), lowered(weight), lowered(bias));
}

function linearOf(x: Tensor, weight: Tensor, bias: Tensor | null | undefined): Tensor {
  checkTensor("linear", x);
  checkTensor("linear", weight);
  if (x.shape.at(-1) !== weight.shape.at(-1)) {
    throw new ShapeError(
      `linear: the input has ${x.shape.at(-1)} features, but the weight expects ${weight.shape.at(-1)}` +
        `${detail("x", x.shape)}${detail("weight", weight.shape)}\n  hint: the weight is [out, in]`,
    );
  }
  checkMatched("linear", x, weight);
  if (bias != null) checkMatched("linear", bias, weight);
  return composite(() => {
    const product = matmul(x, weight.shape.length === 1 ? weight : transpose(weight, 0, 1));
    return bias == null ? product : add(product, bias);
  });
}
