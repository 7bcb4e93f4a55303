import {
  ArgumentError,
  arange,
  cumprod,
  gather,
  type LossOptions,
  logsigmoid,
  pairwiseDistance,
  ShapeError,
  softplus,
  sqrt,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall, checkedClasses, checkedIndex } from "@wgrad/autograd/plugin";
import { checkFloating, checkSameShape, reduced } from "./reduction.ts";

/** Settings of losses with a margin. */
export interface MarginOptions extends LossOptions {
  readonly margin?: number;
}

/**
 * Mean of log(1 + e^(−y x)) for targets y of 1 or −1. Input and target must have the same shape.
 */
export function softMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkCall('softMarginLoss(input, target, { reduction: "none" | "mean" | "sum" })', arguments);
  const { reduction = "mean" } = options;
  checkSameShape("softMarginLoss", { input, target });
  checkFloating("softMarginLoss", { input });
  return reduced(softplus(input.mul(target).neg()), reduction);
}

/** Mean of x where the target is 1 and of max(0, margin − x) where it is −1. Default margin: 1. */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkCall(
    'hingeEmbeddingLoss(input, target, { margin: number, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { margin = 1, reduction = "mean" } = options;
  checkSameShape("hingeEmbeddingLoss", { input, target });
  const apart = where(target.ne(1), input.neg().add(margin).clamp(0), 0);
  return reduced(apart.add(where(target.ne(-1), input, 0)), reduction);
}

/**
 * Mean of max(0, −y (a − b) + margin), with y = 1 where `input1` should be larger, else −1. Default
 * margin: 0.
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkCall(
    'marginRankingLoss(input1, input2, target, { margin: number, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { margin = 0, reduction = "mean" } = options;
  checkSameShape("marginRankingLoss", { input1, input2, target });
  const loss = target.neg().mul(input1.sub(input2)).add(margin).clamp(0);
  return reduced(loss, reduction);
}

/**
 * Mean of 1 − cos(a, b) where the target is 1 and of max(0, cos(a, b) − margin) where it is −1. a,
 * b: [N, D] or [D]; target: [N] or []. Default margin: 0.
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  checkCall(
    'cosineEmbeddingLoss(input1, input2, target, { margin: number, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { margin = 0, reduction = "mean" } = options;
  checkSameShape("cosineEmbeddingLoss", { input1, input2 });
  const rank = input1.shape.length;
  if (rank < 1 || rank > 2 || target.shape.length !== rank - 1) {
    throw new ShapeError(
      `cosineEmbeddingLoss: takes inputs [N, D] with a target [N], or [D] with a 0-d target\n  inputs: [${input1.shape.join(", ")}]\n  target: [${target.shape.join(", ")}]`,
    );
  }
  const size = (x: Tensor): Tensor => x.mul(x).sum(-1).add(1e-12);
  const cosine = input1
    .mul(input2)
    .sum(-1)
    .div(sqrt(size(input1).mul(size(input2))));
  const alike = where(target.eq(1), cosine.neg().add(1), 0);
  const apart = where(target.eq(-1), cosine.sub(margin).clamp(0), 0);
  return reduced(alike.add(apart), reduction);
}

/** Settings of the triplet loss. */
export interface TripletMarginLossOptions extends MarginOptions {
  /** Degree of the norm (default 2). */
  readonly p?: number;
  readonly eps?: number;
  /** Uses the negative's distance to the anchor or to the positive, whichever is smaller. */
  readonly swap?: boolean;
}

/**
 * Mean of max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + ε‖ₚ. [N, D] or [D] each.
 * Default margin: 1.
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  settings: TripletMarginLossOptions = {},
): Tensor {
  checkCall(
    'tripletMarginLoss(anchor, positive, negative, { margin: number, p: number, eps: number, swap: boolean, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { p = 2, eps = 1e-6, ...options } = settings;
  checkMargin("tripletMarginLoss", options.margin ?? 1);
  checkSameShape("tripletMarginLoss", { anchor, positive, negative });
  const distanceFunction = (a: Tensor, b: Tensor): Tensor => pairwiseDistance(a, b, { p, eps });
  return tripletMarginWithDistanceLoss(anchor, positive, negative, {
    ...options,
    distanceFunction,
  });
}

/** Throws ArgumentError for a margin that is not positive. */
export function checkMargin(call: string, margin: number): void {
  if (margin > 0) return;
  throw new ArgumentError(`${call}: the margin is ${margin}\n  hint: it must be greater than 0`);
}

/** Settings of the triplet loss with a custom distance. */
export interface TripletMarginWithDistanceLossOptions extends MarginOptions {
  /** Gives one distance for each pair of rows (default: the Euclidean distance). */
  readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null;
  readonly swap?: boolean;
}

/** `tripletMarginLoss` with a custom distance. */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginWithDistanceLossOptions = {},
): Tensor {
  checkCall(
    'tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction: function | null, margin: number, swap: boolean, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { margin = 1, swap = false, reduction = "mean" } = options;
  checkMargin("tripletMarginWithDistanceLoss", margin);
  const distance = options.distanceFunction ?? ((a, b) => pairwiseDistance(a, b));
  const near = distance(anchor, positive);
  checkCall("distanceFunction(result)", [near]);
  const far = distance(anchor, negative);
  const farther = swap ? far.minimum(distance(positive, negative)) : far;
  return reduced(near.sub(farther).add(margin).clamp(0), reduction);
}

/** Settings of the margin loss over classes. */
export interface MultiMarginLossOptions extends MarginOptions {
  /** Power of the violation: 1 or 2. */
  readonly p?: number;
  /** A factor for each class. */
  readonly weight?: Tensor | null;
}

/** Throws ArgumentError for a power that is neither 1 nor 2. */
export function checkPower(call: string, p: number): void {
  if (p !== 1 && p !== 2) throw new ArgumentError(`${call}: p is ${p}\n  hint: 1 or 2`);
}

/**
 * Mean of Σ_{i≠y} w_y max(0, margin − x_y + xᵢ)ᵖ / C. input: [N, C] or [C]; target: [N] or [].
 * Default margin: 1.
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultiMarginLossOptions = {},
): Tensor {
  checkCall(
    'multiMarginLoss(input, target, { p: number, margin: number, weight: tensor | null, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { p = 1, margin = 1, weight = null, reduction = "mean" } = options;
  checkPower("multiMarginLoss", p);
  const classes = input.shape.at(-1) as number;
  const place = checkedClasses("multiMarginLoss", target, classes, input).unsqueeze(-1);
  const violation = input
    .sub(gather(input, -1, place))
    .add(margin)
    .clamp(0);
  const powered = p === 1 ? violation : violation.square();
  const others = where(place.eq(arange(classes)), 0, powered);
  const factor = weight === null ? null : weight.indexSelect(0, place.reshape([-1]));
  const weighed = factor === null ? others : others.mul(factor.reshape(place.shape));
  return reduced(weighed.sum(-1).div(classes), reduction);
}

/**
 * Mean of Σⱼ Σᵢ max(0, 1 − x_yⱼ + xᵢ) / C over target classes yⱼ and all other classes i. A row of
 * the target lists classes up to its first −1. input and target: [N, C] or [C].
 */
export function multilabelMarginLoss(
  input: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  checkCall(
    'multilabelMarginLoss(input, target, { reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { reduction = "mean" } = options;
  checkSameShape("multilabelMarginLoss", { input, target });
  const classes = input.shape.at(-1) as number;
  const range = { from: -1, below: classes };
  const place = checkedIndex("multilabelMarginLoss", target, range, input);
  const listed = cumprod(place.ge(0).to("i32"), -1).eq(1);
  const named = listed.unsqueeze(-1).logicalAnd(place.unsqueeze(-1).eq(arange(classes)));
  const isTarget = named.any(-2);
  const scores = gather(input, -1, place.clamp(0)).unsqueeze(-1);
  const violation = input.unsqueeze(-2).sub(scores).add(1).clamp(0);
  const counts = listed.unsqueeze(-1).logicalAnd(isTarget.logicalNot().unsqueeze(-2));
  const loss = where(counts, violation, 0).sum([-2, -1]).div(classes);
  return reduced(loss, reduction);
}

/** Settings of the multilabel soft margin loss. */
export interface MultiLabelSoftMarginLossOptions extends LossOptions {
  /** A factor for each class. */
  readonly weight?: Tensor | null;
}

/**
 * Mean of −w (y log σ(x) + (1 − y) log σ(−x)), first over the classes (the last dimension), then
 * over the rest.
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultiLabelSoftMarginLossOptions = {},
): Tensor {
  checkCall(
    'multilabelSoftMarginLoss(input, target, { weight: tensor | null, reduction: "none" | "mean" | "sum" })',
    arguments,
  );
  const { weight = null, reduction = "mean" } = options;
  checkSameShape("multilabelSoftMarginLoss", { input, target });
  const yes = target.mul(logsigmoid(input));
  const no = target.neg().add(1).mul(logsigmoid(input.neg()));
  const loss = yes.add(no).neg();
  const weighed = weight === null ? loss : loss.mul(weight);
  return reduced(weighed.mean(-1), reduction);
}
