import { isFloating } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import { dimOf } from "../../graph/attributes.ts";
import { type Gradient, type Op, registerOp, type Scatter } from "../../graph/op.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cast, constantLike } from "../core/constant.ts";
import { mul } from "../math/arithmetic.ts";
import { maximum } from "../math/binary.ts";
import { eq, where } from "../math/comparison.ts";
import { div } from "../math/division.ts";
import { gatherAlong, scatterAlong, scattered, scatterOverOp, scatterSumOp } from "./gathering.ts";

const scatterOp = (name: string, combine: Scatter["combine"], gradient: Gradient): Op =>
  registerOp({
    name,
    meaning: { kind: "scatter", combine },
    scalarTypes: [],
    saves: [0, 1, 2, "output"],
    gradient,
  });

/**
 * The gradient of a product: the product of the other elements with the same index. With two zeros
 * or
 * more it is 0.
 */
const scatterProductOp: Op = scatterOp(
  "scatterMultiply",
  "prod",
  (dy, operands, { needs, attrs }) => {
    const [x, index, source] = operands as [Tensor, Tensor, Tensor];
    const dim = dimOf(attrs);
    const [noBase, noSource] = [eq(x, 0), eq(source, 0)];
    const [base, values] = [where(noBase, 1, x), where(noSource, 1, source)];
    const product = scatterAlong(scatterProductOp, base, dim, index, values);
    const counts = [cast(noBase, "i32"), cast(noSource, "i32")] as const;
    const zeros = scatterAlong(scatterSumOp, counts[0], dim, index, counts[1]);
    const others = (isZero: Tensor, value: Tensor, all: Tensor, count: Tensor): Tensor =>
      where(isZero, where(eq(count, 1), all, 0), where(eq(count, 0), div(all, value), 0));
    const met = (of: Tensor): Tensor => gatherAlong(of, dim, index);
    return [
      needs[0] === true && mul(dy, others(noBase, base, product, zeros)),
      null,
      needs[2] === true && mul(met(dy), others(noSource, values, met(product), met(zeros))),
    ];
  },
);

/** The elements that attain the extreme share the gradient. */
const extremeOp = (name: string, combine: "max" | "min"): Op =>
  scatterOp(name, combine, (dy, operands, { output, needs, attrs }) => {
    const [x, index, source] = operands as [Tensor, Tensor, Tensor];
    const dim = dimOf(attrs);
    const isBase = eq(x, output);
    const isSource = eq(source, gatherAlong(output, dim, index));
    const [a, b] = [cast(isBase, dy.dtype), cast(isSource, dy.dtype)];
    const share = div(dy, maximum(scatterAlong(scatterSumOp, a, dim, index, b), 1));
    return [
      needs[0] === true && where(isBase, share, 0),
      null,
      needs[2] === true && where(isSource, gatherAlong(share, dim, index), 0),
    ];
  });

/** Options of `scatter`. */
export interface ScatterOptions {
  /** How values combine with x's. By default they replace them; of several the last one stays. */
  readonly reduce?: "add" | "multiply";
}

/**
 * x with src[…, j, …] (or a number) at […, index[…, j, …], …] along `dim`. Of several values with
 * one index the last stays (undefined in PyTorch). An index out of range throws an IndexError, as in
 * `gather`.
 */
export function scatter(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor | number | boolean,
  options: ScatterOptions = {},
): Tensor {
  checkCall(
    'scatter(x, dim: number, index, src: operand | NaN, { reduce: "add" | "multiply" })',
    arguments,
  );
  const { reduce } = options;
  const joins = { add: scatterSumOp, multiply: scatterProductOp };
  return scattered("scatter", reduce ? joins[reduce] : scatterOverOp, x, dim, index, src);
}

type Reduction = "sum" | "mean" | "prod" | "amax" | "amin";

const ops: Readonly<Record<Reduction, Op>> = {
  sum: scatterSumOp,
  mean: scatterSumOp,
  prod: scatterProductOp,
  amax: extremeOp("scatterMax", "max"),
  amin: extremeOp("scatterMin", "min"),
};

/** Options of `scatterReduce` and `indexReduce`. */
export interface ScatterReduceOptions {
  /** If true, x's own elements are included in the reduction. */
  readonly includeSelf?: boolean;
}

/**
 * x with the sum, mean, product or extreme of the src[…, j, …] that have one index […, index[…, j,
 * …],
 * …] along `dim`, and of x's own element.
 */
export function scatterReduce(
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: Reduction,
  options: ScatterReduceOptions = {},
): Tensor {
  checkCall(
    'scatterReduce(x, dim: number, index, src, reduce: "mean" | "sum" | "prod" | "amax" | "amin", { includeSelf: boolean })',
    arguments,
  );
  const { includeSelf = true } = options;
  checkTensor("scatterReduce", x);
  if (!(reduce in ops)) {
    throw new ArgumentError(
      `scatterReduce: unknown reduction ${JSON.stringify(reduce)}\n  hint: one of ${Object.keys(ops).join(", ")}`,
    );
  }
  const write = (op: Op, base: Tensor, source: Tensor | number): Tensor =>
    scattered("scatterReduce", op, base, dim, index, source);
  return composite(() => {
    const base = includeSelf ? x : write(scatterOverOp, x, startOf(reduce, x));
    const total = write(ops[reduce], base, src);
    if (reduce !== "mean") return total;
    const one = constantLike(1, x);
    const own = includeSelf ? one : write(scatterOverOp, one, 0);
    const count = write(scatterSumOp, own, constantLike(1, src));
    return isFloating(x.dtype) ? div(total, count) : div(total, count, { roundingMode: "floor" });
  });
}

/** The neutral element of each reduction. */
function startOf(reduce: Reduction, { dtype }: Tensor): number {
  if (reduce === "sum" || reduce === "mean") return 0;
  if (reduce === "prod") return 1;
  const range = {
    i32: [-0x80000000, 0x7fffffff],
    u32: [0, 0xffffffff],
    u8: [0, 255],
    bool: [0, 1],
  };
  const [low, high] = (range as Record<string, number[]>)[dtype] ?? [-Infinity, Infinity];
  return (reduce === "amax" ? low : high) as number;
}
