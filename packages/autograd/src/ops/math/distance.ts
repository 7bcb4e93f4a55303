import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { broadcastShapes, normalizeDim } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { checkFloating } from "../core/constant.ts";
import { unsqueeze } from "../core/layout.ts";
import { expand, sum } from "../shape/broadcast.ts";
import { add, mul, sub, trueDivide } from "./arithmetic.ts";
import { clamp } from "./binary.ts";
import { norm } from "./statistics.ts";

/** Options of `normalize`. */
export interface NormalizeOptions {
  /** The exponent of the norm (2). */
  readonly p?: number;
  readonly dim?: number | readonly number[];
  /** ε: a smaller norm is replaced by it. */
  readonly eps?: number;
}

/** x / max(‖x‖ₚ, ε) along `dim` (1 unless given). */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  checkCall("normalize(x, { p: number, dim: number | number[], eps: number })", arguments);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  checkTensor("normalize", x);
  checkFloating("normalize", x);
  return composite(() => trueDivide(x, clamp(norm(x, p, dim, { keepdim: true }), eps)));
}

/** Options of `cosineSimilarity`. */
export interface CosineSimilarityOptions extends DimOption {
  /** ε: a smaller norm is replaced by it. */
  readonly eps?: number;
}

/**
 * a·b / (max(‖a‖, ε) max(‖b‖, ε)) along `dim` (1 unless given), which the result drops; a and b
 * broadcast.
 */
export function cosineSimilarity(
  a: Tensor,
  b: Tensor,
  place?: number | CosineSimilarityOptions,
  options?: CosineSimilarityOptions,
): Tensor {
  checkCall("cosineSimilarity(a, b, dim?: number, { dim, eps: number })", arguments);
  const { dim = 1, eps = 1e-8 } = withDim<number, CosineSimilarityOptions>(place, options);
  for (const operand of [a, b]) {
    checkTensor("cosineSimilarity", operand);
    checkFloating("cosineSimilarity", operand);
  }
  // as PyTorch: `dim` is one of the result of broadcasting
  const shape = broadcastShapes("cosineSimilarity", a.shape, b.shape);
  const along = normalizeDim("cosineSimilarity", dim, shape.length) - shape.length;
  return composite(() => {
    const [x, y] = [a, b].map((v) => {
      const whole = v.shape.at(along) === shape.at(along) ? v : expand(v, shape);
      return normalize(whole, { dim: along, eps });
    });
    return sum(mul(x as Tensor, y as Tensor), along);
  });
}

export interface PairwiseDistanceOptions {
  readonly p?: number;
  /** ε, added to the difference. */
  readonly eps?: number;
  readonly keepdim?: boolean;
}

/** ‖a − b + ε‖ₚ over the last dimension; a and b broadcast. */
export function pairwiseDistance(
  a: Tensor,
  b: Tensor,
  options: PairwiseDistanceOptions = {},
): Tensor {
  checkCall("pairwiseDistance(a, b, { p: number, eps: number, keepdim: boolean })", arguments);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  checkTensor("pairwiseDistance", a);
  checkTensor("pairwiseDistance", b);
  return composite(() => norm(add(sub(a, b), eps), p, -1, { keepdim }));
}

/** Options of `cdist`. */
export interface CdistOptions {
  readonly p?: number;
}

/**
 * ‖aᵢ − bⱼ‖ₚ for all pairs of rows. The gradient is 0 where two rows are equal.
 * [..., P, M], [..., R, M] → [..., P, R].
 */
export function cdist(a: Tensor, b: Tensor, options: CdistOptions = {}): Tensor {
  checkCall("cdist(a, b, { p: number })", arguments);
  const { p = 2 } = options;
  checkTensor("cdist", a);
  checkTensor("cdist", b);
  const [last, other] = [a.shape.at(-1), b.shape.at(-1)];
  if (a.shape.length < 2 || b.shape.length < 2 || last !== other) {
    throw new ShapeError(
      `cdist: the rows must have one length${detail("a", a.shape)}${detail("b", b.shape)}\n  hint: shapes are [..., P, M] and [..., R, M]`,
    );
  }
  if (!(p >= 0)) throw new ArgumentError(`cdist: p must be 0 or more (or Infinity), got ${p}`);
  const made = composite(() => norm(sub(unsqueeze(a, -2), unsqueeze(b, -3)), p, -1));
  return watch(made, a, b, made);
}
