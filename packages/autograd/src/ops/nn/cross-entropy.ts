import { isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { type Shape, sameShape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { kept } from "../../tape/edge.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import { recordGradient, valueOfNow, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { checkedClasses } from "../core/bounds.ts";
import { cast, checkDTypeOf, checkFloating } from "../core/constant.ts";
import { inFloat32 } from "../core/float32.ts";
import { reshape, unsqueeze } from "../core/layout.ts";
import { counting } from "../core/progressions.ts";
import { add, mul, neg, sub, trueDivide } from "../math/arithmetic.ts";
import { eq, ne, where } from "../math/comparison.ts";
import { amax } from "../math/reduction.ts";
import { exp, log } from "../math/unary.ts";
import { sum } from "../shape/broadcast.ts";
import { type LossOptions, reducer } from "./losses.ts";
import { logSoftmax } from "./softmax.ts";

/** Options of losses over classes. */
export interface NllLossOptions extends LossOptions {
  /** A factor per class: [C]. The mean is divided by the sum of the targets' factors. */
  readonly weight?: Tensor | null;
  /** Targets with this value are ignored, also in the mean's divisor. */
  readonly ignoreIndex?: number;
}

/**
 * The class of each target, and whether it counts. Every use makes its masks anew, so that they
 * fuse
 * into its kernel.
 */
interface Choice {
  /** Whether a class is the target, for every element of x, as bool. */
  readonly chosen: () => Tensor;
  /**
   * Picks one number per target from one per class: x[…, target, …], or 0 for an ignored target.
   */
  readonly pick: (x: Tensor) => Tensor;
  /** The targets that are not ignored, as bool. */
  readonly counts: () => Tensor;
}

/**
 * The class dimension of x is the second, or the first if there is no batch. Every class is
 * compared
 * with the target: unlike a gather, that is elementwise and fuses into the sum over classes.
 */
function choose(call: string, x: Tensor, target: Tensor, ignoreIndex: number): Choice {
  const at = classDim(x);
  const classes = x.shape[at] as number;
  const named = cast(checkedClasses(call, target, classes, x, ignoreIndex), "i32");
  const places = reshape(
    counting(classes, x.node.stream),
    x.shape.map((_, d) => (d === at ? classes : 1)),
  );
  const chosen = () => eq(unsqueeze(named, at), places);
  const counts = () => ne(named, ignoreIndex);
  const pick = (values: Tensor): Tensor => {
    const found = sum(where(chosen(), values, 0), at);
    return where(counts(), found, 0);
  };
  return { chosen, counts, pick };
}

const classDim = (x: Tensor): number => (x.shape.length === 1 ? 0 : 1);

function checkClasses(call: string, x: Tensor, target: Tensor, weight: Tensor | null): void {
  checkTensor(call, x);
  checkTensor(call, target);
  checkFloating(call, x);
  if (x.shape.length === 0) {
    throw new ShapeError(`${call}: takes [C], [N, C] or [N, C, …]${detail("input", x.shape)}`);
  }
  const classes = x.shape[classDim(x)] as number;
  if (weight !== null) checkDTypeOf(call, "weight", weight, x);
  if (weight !== null && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      `${call}: the weight must have one element per class (${classes})${detail("weight", weight.shape)}`,
    );
  }
}

/** The shape of x without its class dimension: that of the targets. */
const targetShape = (x: Tensor): Shape => x.shape.toSpliced(classDim(x), 1);

function checkIndices(call: string, x: Tensor, target: Tensor): void {
  if (isFloating(target.dtype) || target.dtype === "bool") {
    throw new DTypeError(
      `${call}: targets must be class indices (i32), got ${target.dtype}${detail("target", target.shape)}` +
        `\n  hint: target.to("i32")`,
    );
  }
  if (sameShape(target.shape, targetShape(x))) return;
  if (sameShape(target.shape, x.shape)) {
    throw new DTypeError(
      `${call}: a target of the input's shape must contain probabilities (f32), got ${target.dtype}${detail("target", target.shape)}` +
        `\n  hint: target.to("f32"), or use class indices, target.argmax(${classDim(x)})`,
    );
  }
  throw new ShapeError(
    `${call}: the target must have the input's shape without its class dimension${detail("input", x.shape)}` +
      `${detail("target", target.shape)}\n  hint: input [N, C, …] and target [N, …]`,
  );
}

/** One factor per class, shaped to broadcast against the input; 1 if none are given. */
const classWeight = (weight: Tensor, x: Tensor): Tensor =>
  reshape(
    weight,
    x.shape.map((_, d) => (d === classDim(x) ? -1 : 1)),
  );

/** The reduction that is asked for. The mean divides by the sum of the targets' weights. */
function weightedMean(
  call: string,
  { reduction = "mean" }: LossOptions,
): (loss: Tensor, weights: () => Tensor) => Tensor {
  const reduce = reducer(call, { reduction });
  return (loss, weights) =>
    reduction === "mean"
      ? inFloat32(loss, (all) => trueDivide(sum(all), sum(cast(weights(), all.dtype))))
      : reduce(loss);
}

/**
 * Mean of −w[t] x[t] for log-probabilities x and class indices t. input: [C], [N, C] or [N, C, …];
 * target: the same without C → 0-d, or the target's shape with `reduction: "none"`.
 */
export function nllLoss(input: Tensor, target: Tensor, settings: NllLossOptions = {}): Tensor {
  checkCall(
    'nllLoss(input, target, { weight: tensor | null, ignoreIndex: int, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { weight = null, ignoreIndex = -100, ...options } = settings;
  const call = "nllLoss";
  const reduce = weightedMean(call, options);
  checkClasses(call, input, target, weight);
  checkIndices(call, input, target);
  const made = composite(() => {
    const { pick, counts } = choose(call, input, target, ignoreIndex);
    if (weight === null) return reduce(pick(neg(input)), counts);
    const factors = classWeight(weight, input);
    return reduce(pick(neg(mul(input, factors))), () => pick(factors));
  });
  return watch(made, input);
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** The part of the target that is spread evenly over all classes, from 0 to 1. */
  readonly labelSmoothing?: number;
}

/**
 * Mean of −w[t] log softmax(x)[t] for logits x and class indices t, or of −Σ w t log softmax(x) for
 * class probabilities t (a floating target of the input's shape). input: [C], [N, C] or [N, C, …];
 * class indices: the same without C → 0-d, or the shape of the class indices with `reduction:
 * "none"`.
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  settings: CrossEntropyOptions = {},
): Tensor {
  checkCall(
    'crossEntropy(input, target, { weight: tensor | null, ignoreIndex: int, reduction: "none" | "mean" | "sum", labelSmoothing: number })',
    arguments,
  );
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0, ...options } = settings;
  const call = "crossEntropy";
  const reduce = weightedMean(call, options);
  checkClasses(call, input, target, weight);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError(`${call}: labelSmoothing must be from 0 to 1, got ${labelSmoothing}`);
  }
  const probabilities = isFloating(target.dtype) && sameShape(input.shape, target.shape);
  if (!probabilities) checkIndices(call, input, target);
  const at = classDim(input);
  const classes = input.shape[at] as number;
  const cost = (x: Tensor): Tensor => {
    const factors = weight === null ? null : classWeight(weight, x);
    if (probabilities) {
      const logits = logSoftmax(x, at);
      const costs = factors === null ? neg(logits) : neg(mul(logits, factors));
      const spread = mul(cast(target, x.dtype), 1 - labelSmoothing);
      const smoothed = labelSmoothing === 0 ? spread : add(spread, labelSmoothing / classes);
      const { reduction = "mean" } = options;
      const loss = sum(mul(costs, smoothed), at);
      return reduction === "mean"
        ? trueDivide(sum(loss), sizeOf(targetShape(x)))
        : reducer(call, options)(loss);
    }
    const choice = choose(call, x, target, ignoreIndex);
    const loss = ofIndices(x, at, choice, factors, labelSmoothing);
    return reduce(loss, () => (factors === null ? choice.counts() : choice.pick(factors)));
  };
  return composite(() => inFloat32(input, cost));
}

/**
 * Σ q (log Σ eᶻ − z) over the classes, for logits z minus their maximum, and class weights q: w at
 * the target, with label smoothing. It has a gradient formula of its own, softmax(z) Σ q − q: the
 * composition's gradient takes three times as many kernels.
 */
function ofIndices(
  x: Tensor,
  at: number,
  { chosen, counts, pick }: Choice,
  factors: Tensor | null,
  smoothing: number,
): Tensor {
  const { dtype } = x;
  const now = valueOfNow(x);
  const classes = x.shape[at] as number;
  const even = smoothing / classes;
  const weighted = (values: Tensor) => (factors === null ? values : mul(values, factors));
  // q, and `values` times Σ q.
  const shares = () => {
    const target = cast(chosen(), dtype);
    return weighted(smoothing === 0 ? target : add(mul(target, 1 - smoothing), even));
  };
  const timesWhole = (values: Tensor): Tensor => {
    if (factors === null) return values;
    const target = mul(unsqueeze(pick(factors), at), 1 - smoothing);
    return mul(values, smoothing === 0 ? target : add(target, mul(sum(factors), even)));
  };
  const { peak, scale, loss } = noGrad(() => {
    const peak = amax(x, at, { keepdim: true });
    const shifted = () => sub(x, peak);
    const scale = unsqueeze(log(sum(exp(shifted()), at)), at);
    const target = pick(weighted(sub(scale, shifted())));
    if (smoothing === 0) return { peak, scale, loss: target };
    const all = where(counts(), sum(weighted(sub(scale, shifted())), at), 0);
    return { peak, scale, loss: add(mul(target, 1 - smoothing), mul(all, even)) };
  });
  const rule = (dy: Tensor) => {
    // To be differentiated again, the logarithms must be on the tape.
    const logs = context.gradMode ? logSoftmax(now, at) : sub(sub(now, peak), scale);
    const gradient = sub(timesWhole(exp(logs)), shares());
    return [mul(unsqueeze(where(counts(), dy, 0), at), gradient)];
  };
  recordGradient("crossEntropy", loss, [x], rule, [kept(now), kept(peak), kept(scale)]);
  return loss;
}
