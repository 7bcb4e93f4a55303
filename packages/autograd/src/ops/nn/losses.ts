import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor, resultType } from "../core/apply.ts";
import { widened } from "../core/autocast.ts";
import { checkedFractions } from "../core/bounds.ts";
import { cast, checkFloating, refuseBool } from "../core/constant.ts";
import { elementwise } from "../core/define.ts";
import { add, mul, sub, trueDivide } from "../math/arithmetic.ts";
import { clamp } from "../math/binary.ts";
import { eq, where } from "../math/comparison.ts";
import { checkMatched } from "../math/contraction.ts";
import { mean } from "../math/reduction.ts";
import { abs, exp, log, square } from "../math/unary.ts";
import { sum } from "../shape/broadcast.ts";
import { logsigmoid } from "./activations.ts";

/** How a loss is reduced: to the mean (default), to the sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** Options that all losses share. */
export interface LossOptions {
  readonly reduction?: Reduction;
}

/** The reduction of a loss. Throws on an unknown name before anything is recorded. */
export function reducer(
  call: string,
  { reduction = "mean" }: { readonly reduction?: string },
): (loss: Tensor) => Tensor {
  if (reduction === "mean") return (loss) => mean(loss);
  if (reduction === "sum") return (loss) => sum(loss);
  if (reduction === "none") return (loss) => loss;
  throw new ArgumentError(
    `${call}: unknown reduction ${JSON.stringify(reduction)}\n  hint: "mean", "sum" or "none"`,
  );
}

/**
 * Converts both operands to their promoted dtype. Throws if the shapes differ or that dtype is not
 * floating-point.
 */
function paired(call: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  checkTensor(call, input);
  checkTensor(call, target);
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${call}: input and target have different shapes` +
        `${detail("input", input.shape)}${detail("target", target.shape)}` +
        "\n  hint: reshape one to the other's shape; losses do not broadcast",
    );
  }
  const dtype = resultType(call, widened(input), target);
  const pair: [Tensor, Tensor] = [cast(input, dtype), cast(target, dtype)];
  checkFloating(call, pair[0]);
  return pair;
}

/** Throws if the input or the target is not floating-point. */
function checkFractions(call: string, input: Tensor, target: Tensor): void {
  for (const [name, x] of Object.entries({ input, target })) {
    checkTensor(call, x);
    if (isFloating(x.dtype)) continue;
    throw new DTypeError(
      `${call}: the ${name} must be of a floating dtype, got ${x.dtype}\n  hint: ${name}.to("f32")`,
    );
  }
}

/** A loss that depends on the difference input − target, elementwise, then reduced. */
function ofDifference(
  call: string,
  input: Tensor,
  target: Tensor,
  options: LossOptions,
  loss: (difference: Tensor) => Tensor,
): Tensor {
  const reduce = reducer(call, options);
  const [x, y] = paired(call, input, target);
  const made = composite(() => reduce(loss(sub(x, y))));
  return loss === abs ? made : watch(made, input, target);
}

/**
 * Mean of (input − target)². Shapes must be equal. → 0-d, or the inputs' shape with
 * `reduction: "none"`.
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkCall('mseLoss(input, target, { reduction: "none" | "mean" | "sum" })', arguments);
  return ofDifference("mseLoss", input, target, options, square);
}

/**
 * Mean of |input − target|. The gradient at 0 is 0. Shapes must be equal. → 0-d, or the inputs'
 * shape
 * with `reduction: "none"`.
 */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkCall('l1Loss(input, target, { reduction: "none" | "mean" | "sum" })', arguments);
  for (const x of [input, target]) refuseBool("l1Loss", x, 'x.to("f32") first');
  return ofDifference("l1Loss", input, target, options, abs);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends LossOptions {
  /** β, the |d| at which the parabola becomes a line (1). 0 gives `l1Loss`. */
  readonly beta?: number;
}

/** Mean of d²/2β where |d| < β, else |d| − β/2, for d = input − target. Shapes must be equal. */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  settings: SmoothL1LossOptions = {},
): Tensor {
  checkCall(
    'smoothL1Loss(input, target, { reduction: "none" | "mean" | "sum", beta: number })',
    arguments,
  );
  const { beta = 1, ...options } = settings;
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: beta must be 0 or more, got ${beta}`);
  if (beta === 0) return l1Loss(input, target, options);
  return ofDifference("smoothL1Loss", input, target, options, (d) => {
    const loss = parabolaThenLine(d, beta);
    return beta === 1 ? loss : mul(loss, 1 / beta);
  });
}

/** d²/2 where |d| < end, else end (|d| − end/2): no square of a large d, which would overflow. */
function parabolaThenLine(d: Tensor, end: number): Tensor {
  const distance = abs(d);
  const bounded = clamp(distance, null, end);
  return mul(bounded, sub(distance, mul(bounded, 0.5)));
}

/** Options of `huberLoss`. */
export interface HuberLossOptions extends LossOptions {
  /** δ, the |d| at which the parabola becomes a line (1). */
  readonly delta?: number;
}

/** Mean of d²/2 where |d| < δ, else δ (|d| − δ/2), for d = input − target. Shapes must be equal. */
export function huberLoss(input: Tensor, target: Tensor, settings: HuberLossOptions = {}): Tensor {
  checkCall(
    'huberLoss(input, target, { reduction: "none" | "mean" | "sum", delta: number })',
    arguments,
  );
  const { delta = 1, ...options } = settings;
  if (!(delta > 0))
    throw new ArgumentError(`huberLoss: delta must be greater than 0, got ${delta}`);
  checkFractions("huberLoss", input, target);
  return composite(() =>
    cast(
      ofDifference("huberLoss", input, target, options, (d) => parabolaThenLine(d, delta)),
      input.dtype,
    ),
  );
}

/**
 * −(y log p + (1 − y) log(1 − p)). Its gradient (p − y) / p(1 − p) is finite where p is 0 or 1, as
 * in
 * PyTorch.
 */
const bernoulliOp: Op = elementwise({
  name: "binaryCrossEntropy",
  reference: (p, y) => {
    const [yes, no] = [Math.log(p as number), Math.log1p(-(p as number))];
    return ((y as number) - 1) * Math.max(no, -100) - (y as number) * Math.max(yes, -100);
  },
  expression: (input, target) => {
    const [p, y] = [input as Expr, target as Expr];
    const bounded = (logarithm: Expr) => e.max(logarithm, e.number(-100, p));
    const no = e.mul(e.sub(y, e.number(1, p)), bounded(e.log1p(e.neg(p))));
    return e.sub(no, e.mul(y, bounded(e.log(p))));
  },
  saves: [0, 1],
  gradient: (dy, [p, y], { needs }) => {
    const [x, target] = [p as Tensor, y as Tensor];
    const no = sub(1, x);
    return [
      needs[0] === true && mul(dy, trueDivide(sub(x, target), clamp(mul(x, no), 1e-12))),
      needs[1] === true && mul(dy, sub(clamp(log(no), -100), clamp(log(x), -100))),
    ];
  },
});

const probabilities = { from: 0, to: 1 };

const noProbability = (name: "input" | "target") => {
  const cure =
    name === "target"
      ? "labels are 0, 1, or numbers between"
      : "F.sigmoid(x) gives probabilities; binaryCrossEntropyWithLogits takes x itself";
  return (value: number): ArgumentError =>
    new ArgumentError(
      `binaryCrossEntropy: all elements of ${name} should be between 0 and 1, got ${value}\n  hint: ${cure}`,
    );
};

/** Options of `binaryCrossEntropy`. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor for every element. It broadcasts to the target's shape. */
  readonly weight?: Tensor | null;
}

/**
 * Mean of −w (y log p + (1 − y) log(1 − p)) for probabilities p in [0, 1] and targets y. Each
 * logarithm is at least −100, so a wrong certain prediction costs 100, not ∞. Shapes must be equal.
 * →
 * 0-d, or the inputs' shape with `reduction: "none"`. Values outside [0, 1] throw an ArgumentError
 * before any weight changes; if the input is not a sigmoid, softmax or clamp, the device checks it
 * before the next read or step.
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  settings: BinaryCrossEntropyOptions = {},
): Tensor {
  checkCall(
    'binaryCrossEntropy(input, target, { weight: tensor | null, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { weight = null, ...options } = settings;
  const reduce = reducer("binaryCrossEntropy", options);
  checkFractions("binaryCrossEntropy", input, target);
  checkMatched("binaryCrossEntropy", input, target);
  const [given, labels] = paired("binaryCrossEntropy", input, target);
  return composite(() => {
    const p = checkedFractions(given, probabilities, noProbability("input"));
    const y = checkedFractions(labels, probabilities, noProbability("target"));
    const loss = record(bernoulliOp, [p, y], p.shape, p.dtype);
    return reduce(weight === null ? loss : mul(loss, weight));
  });
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** v, a factor for the positive targets of each class. It broadcasts to the target's shape. */
  readonly posWeight?: Tensor | null;
}

/**
 * Mean of −w (v y log σ(x) + (1 − y) log(1 − σ(x))) for logits x and targets y in [0, 1], with v =
 * `posWeight`. It neither overflows nor loses digits for large |x|. Shapes must be equal. → 0-d, or
 * the inputs' shape with `reduction: "none"`.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  settings: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkCall(
    'binaryCrossEntropyWithLogits(input, target, { weight: tensor | null, reduction: "none" | "mean" | "sum", posWeight: tensor | null })',
    arguments,
  );
  const { weight = null, posWeight = null, ...options } = settings;
  const reduce = reducer("binaryCrossEntropyWithLogits", options);
  checkFractions("binaryCrossEntropyWithLogits", input, target);
  const [x, y] = paired("binaryCrossEntropyWithLogits", input, target);
  return composite(() => {
    const certainty = logsigmoid(x); // log(1 − σ(x)) = log σ(x) − x
    const scaled =
      posWeight === null ? certainty : mul(certainty, add(mul(sub(posWeight, 1), y), 1));
    const loss = sub(mul(sub(1, y), x), scaled);
    return reduce(cast(weight === null ? loss : mul(loss, weight), target.dtype));
  });
}

/** Options of `klDiv`. */
export interface KlDivOptions {
  /**
   * "batchmean" divides the sum by the first size. This matches the definition of the divergence.
   */
  readonly reduction?: Reduction | "batchmean";
  /** If true, the target contains log-probabilities too. */
  readonly logTarget?: boolean;
}

/**
 * Mean of y (log y − x) for log-probabilities x and probabilities y; 0 where y is 0. Shapes must be
 * equal.
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  checkCall(
    'klDiv(input, target, { reduction: "none" | "mean" | "sum" | "batchmean", logTarget: boolean })',
    arguments,
  );
  const { reduction = "mean", logTarget = false } = options;
  const batch = reduction === "batchmean";
  const reduce = reducer("klDiv", { reduction: batch ? "sum" : reduction });
  checkFractions("klDiv", input, target);
  const [x, y] = paired("klDiv", input, target);
  return composite(() => {
    const isZero = eq(y, 0);
    const loss = logTarget
      ? mul(exp(y), sub(y, x))
      : sub(where(isZero, 0, mul(y, log(where(isZero, 1, y)))), mul(y, x));
    return batch ? trueDivide(reduce(loss), x.shape[0] ?? 1) : reduce(loss);
  });
}
