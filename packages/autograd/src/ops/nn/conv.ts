import { type Attributes, contractAttributes, ownOfContract } from "../../graph/attributes.ts";
import { type Op, registerOp } from "../../graph/op.ts";
import { expandView, permuteView, reshapeView, type View } from "../../graph/view.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../shape.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { constant } from "../core/constant.ts";
import { permute, reshape } from "../core/layout.ts";
import { assemble, type Part } from "../core/strided.ts";
import { byWords } from "../math/contract.ts";
import { unmoved } from "../shape/broadcast.ts";
import { flipped, sliceOf } from "../shape/movement.ts";
import { type Margin, padded } from "./padding.ts";
import { mirror, spreadOut, type Windows, windowView } from "./windows.ts";

/** A convolution without its weight: windows over the padded input, in groups of channels. */
export interface Plan {
  readonly over: Windows;
  readonly groups: number;
  /** The part of the input that is padding and needs no gradient. */
  readonly margins: readonly Margin[];
}

/**
 * Packs the plan as attributes after the ranks: groups, counts, kernel, stride, dilation, margins.
 */
const written = ({ over, groups, margins }: Plan): number[] => [
  groups,
  ...over.counts,
  ...over.kernel,
  ...over.stride,
  ...over.dilation,
  ...margins.flat(),
];

function readPlan(attrs: Attributes): Plan {
  const [groups, ...rest] = ownOfContract(attrs);
  const rank = rest.length / 6;
  const part = (i: number) => rest.slice(i * rank, (i + 1) * rank);
  const around = rest.slice(4 * rank);
  return {
    groups: groups as number,
    over: { counts: part(0), kernel: part(1), stride: part(2), dilation: part(3) },
    margins: part(0).map((_, d): Margin => [around[2 * d] as number, around[2 * d + 1] as number]),
  };
}

/** Splits a dimension in two; the first has size `count`. */
const grouped = (view: View, dim: number, count: number): View =>
  reshapeView(
    view,
    view.shape.toSpliced(dim, 1, count, (view.shape[dim] as number) / count),
  ) as View;

const span = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** y[n, g, o, w…] = Σ over c, k… of weight[g, o, c, k…] · x[n, g, c, window w at k…]. */
const convOp: Op = registerOp({
  name: "conv",
  meaning: { kind: "contract" },
  scalarTypes: [],
  saves: [0, 1],
  gradient: (dy, [weight, x], { needs, shapes, attrs }) => {
    const plan = readPlan(attrs);
    const [ofWeight, ofX] = shapes as readonly [Shape, Shape];
    const g = reshape(dy, [ofX[0] as number, ofWeight[0] as number, ...plan.over.counts]);
    return [
      needs[0] === true && reshape(convWeight(g, x as Tensor, plan), ofWeight),
      needs[1] === true && paddedInput(g, weight as Tensor, plan, ofX.slice(2)),
    ];
  },
});

/** weight: [G·O, C, k…]; x: [N, G·C, n…], already padded → [N, G·O, windows…]. */
export function conv(weight: Tensor, x: Tensor, plan: Plan): Tensor {
  if (x.dtype === "u8") return byWords(weight, x, (w, image) => conv(w, image, plan));
  const { over, groups } = plan;
  const rank = over.kernel.length;
  const [images, filters] = [x.shape[0] as number, weight.shape[0] as number];
  const shape = [images, groups, filters / groups, ...over.counts];
  const flat = [images, filters, ...over.counts];
  if (sizeOf(shape) === 0 || sizeOf(x.shape) === 0 || sizeOf(weight.shape) === 0) {
    return unmoved(constant(0, x.dtype, flat, x.node.stream), [weight, x]);
  }
  const readWeight = (view: View): View => {
    const split = grouped(view, 0, groups);
    return expandView(split, [images, ...split.shape]);
  };
  const readX = (view: View): View => {
    const seen = grouped(windowView(view, over), 1, groups);
    return permuteView(seen, [0, 1, 2, ...span(3 + rank, rank), ...span(3, rank)]);
  };
  const attrs = contractAttributes([2, 1, rank, 1 + rank], written(plan));
  const reads = [readWeight, readX];
  const out = record(convOp, [weight, x], shape, x.dtype, attrs, [], x.node.stream, reads);
  return reshape(out, flat);
}

/** dw[g, o, c, k…] = Σ over n, w… of dy[n, g, o, w…] · x[n, g, c, window w at k…]. */
const convWeightOp: Op = registerOp({
  name: "convWeight",
  meaning: { kind: "contract" },
  scalarTypes: [],
  saves: [0, 1],
  gradient: (dw, [dy, x], { needs, shapes, attrs }) => {
    const plan = readPlan(attrs);
    const [ofY, ofX] = shapes as readonly [Shape, Shape];
    const weight = reshape(dw, [ofY[1] as number, ...dw.shape.slice(2)]);
    return [
      needs[0] === true && conv(weight, x as Tensor, plan),
      needs[1] === true && paddedInput(dy as Tensor, weight, plan, ofX.slice(2)),
    ];
  },
});

/** dy: [N, G·O, windows…]; x: [N, G·C, n…] → [G, O, C, k…]. */
function convWeight(dy: Tensor, x: Tensor, plan: Plan): Tensor {
  const { over, groups } = plan;
  const rank = over.kernel.length;
  const [filters, channels] = [dy.shape[1] as number, x.shape[1] as number];
  const shape = [groups, filters / groups, channels / groups, ...over.kernel];
  const readY = (view: View): View =>
    permuteView(grouped(view, 1, groups), [1, 2, 0, ...span(3, rank)]);
  const readX = (view: View): View => {
    const seen = grouped(windowView(view, over), 1, groups);
    return permuteView(seen, [1, 0, ...span(3, rank), 2, ...span(3 + rank, rank)]);
  };
  const attrs = contractAttributes([1, 1, 1 + rank, 1 + rank], written(plan));
  return record(convWeightOp, [dy, x], shape, x.dtype, attrs, [], x.node.stream, [readY, readX]);
}

/**
 * The gradient of the input, for `sizes` elements after the first `skipped`: dy, spread out by the
 * stride, is convolved with the flipped weight. dy: [N, G·O, windows…]; weight: [G·O, C, k…] →
 * [N, G·C, sizes…].
 */
export function convInput(
  dy: Tensor,
  weight: Tensor,
  { over, groups }: Plan,
  sizes: Shape,
  skipped?: Shape,
): Tensor {
  const [filters, channels] = weight.shape as readonly [number, number];
  const rank = over.kernel.length;
  const apart = reshape(weight, [groups, filters / groups, channels, ...over.kernel]);
  const swapped = permute(apart, [0, 2, 1, ...span(3, rank)]);
  const exchanged = reshape(swapped, [groups * channels, filters / groups, ...over.kernel]);
  const turned = flipped(exchanged, span(2, rank));
  const products = sizeOf([dy.shape[0] as number, ...sizes]) * sizeOf(weight.shape);
  if (products > WORTH_PHASES && products > 0 && hasPhases(over)) {
    return convPhases(dy, turned, over, groups, sizes, skipped);
  }
  const seen = mirror(dy, over, sizes, skipped);
  return conv(turned, seen.spread, { over: seen.over, groups, margins: noMargins(sizes) });
}

const noMargins = (sizes: Shape): Margin[] => sizes.map(() => [0, 0]);

/**
 * From this number of products on, one kernel per phase is faster than products with the zeros
 * between
 * strides.
 */
const WORTH_PHASES = 2 ** 18;

const hasPhases = ({ kernel, stride, dilation }: Windows): boolean =>
  stride.some((n) => n > 1) &&
  stride.every((n, d) => n === 1 || dilation[d] === 1 || kernel[d] === 1);

/**
 * The input elements of one dimension that are a stride apart: they use the same part of the
 * kernel.
 */
interface Phase {
  /** The index of the first element in the result, and their number. */
  readonly start: number;
  readonly count: number;
  /** Their part of the flipped kernel. */
  readonly first: number;
  readonly places: number;
  readonly step: number;
  /** The part of dy that they read, and the step in it. */
  readonly from: number;
  readonly to: number;
  readonly dilation: number;
}

function phasesOf(
  { kernel, stride, dilation }: Windows,
  d: number,
  size: number,
  skipped: number,
): Phase[] {
  const [n, step] = [kernel[d] as number, stride[d] as number];
  const apart = step === 1 ? (dilation[d] as number) : 1;
  return Array.from({ length: step }, (_, r): Phase => {
    const q = Math.ceil((skipped - r) / step);
    const start = step * q + r - skipped;
    const count = Math.max(0, Math.ceil((size - start) / step));
    const places = Math.max(0, Math.ceil((n - r) / step));
    const first = n - 1 - r - step * (places - 1);
    const from = q - apart * (places - 1);
    return { start, count, first, places, step, from, to: q + count, dilation: apart };
  }).filter(({ count, places }) => count > 0 && places > 0);
}

/**
 * `convInput` without the zeros between strides: one convolution per phase, interleaved in the
 * result.
 */
function convPhases(
  dy: Tensor,
  turned: Tensor,
  over: Windows,
  groups: number,
  sizes: Shape,
  skipped: Shape | undefined,
): Tensor {
  const along = sizes.map((size, d) => phasesOf(over, d, size, skipped?.[d] ?? 0));
  const shape = [dy.shape[0] as number, turned.shape[0] as number, ...sizes];
  if (along.some((phases) => phases.length === 0)) {
    return unmoved(constant(0, dy.dtype, shape, dy.node.stream), [dy, turned]);
  }
  const lows = along.map((phases) => Math.min(...phases.map(({ from }) => from)));
  const highs = along.map((phases) => Math.max(...phases.map(({ to }) => to)));
  const whole = spreadOut(
    dy,
    highs.map((high, d) => high - (lows[d] as number)),
    lows.map((low) => -low),
    sizes.map(() => 1),
  );
  const strides = contiguousStrides(shape);
  const combinations = along.reduce<Phase[][]>(
    (sofar, phases) => sofar.flatMap((before) => phases.map((phase) => [...before, phase])),
    [[]],
  );
  const parts = combinations.map((phases): Part => {
    const kernel = phases.reduce(
      (w, { first, places, step }, d) => sliceOf(w, 2 + d, first, places, step),
      turned,
    );
    const seen = phases.reduce(
      (x, { from, to }, d) => sliceOf(x, 2 + d, from - (lows[d] as number), to - from, 1),
      whole,
    );
    const part: Windows = {
      counts: phases.map(({ count }) => count),
      kernel: phases.map(({ places }) => places),
      stride: phases.map(() => 1),
      dilation: phases.map(({ dilation }) => dilation),
    };
    return {
      value: conv(kernel, seen, { over: part, groups, margins: noMargins(sizes) }),
      strides: strides.map((n, d) => n * (phases[d - 2]?.step ?? 1)),
      offset: phases.reduce((sum, { start }, d) => sum + start * (strides[2 + d] as number), 0),
    };
  });
  return assemble(shape, parts);
}

/** `convInput` for a padded input. The padding gets zeros. */
function paddedInput(dy: Tensor, weight: Tensor, plan: Plan, sizes: Shape): Tensor {
  const { margins } = plan;
  const inner = sizes.map((n, d) => n - added(margins[d], 0) - added(margins[d], 1));
  const skipped = margins.map((margin) => added(margin, 0));
  return padded(convInput(dy, weight, plan, inner, skipped), [[0, 0], [0, 0], ...margins], 0);
}

const added = (margin: Margin | undefined, side: 0 | 1): number => margin?.[side] ?? 0;
