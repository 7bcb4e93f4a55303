import { ArgumentError, detail, ShapeError } from "../errors.ts";
import { type Op, registerOp } from "../graph/op.ts";
import { expandView, permuteView, reshapeView, type View } from "../graph/view.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { composite } from "../tape/modes.ts";
import { record } from "../tape/record.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { unmoved } from "./broadcast.ts";
import { constant } from "./constant.ts";
import { matched } from "./contraction.ts";
import { permute, reshape } from "./layout.ts";
import { flip } from "./movement.ts";
import { type Margin, padded } from "./padding.ts";
import { asBatch, mirror, perDim, type Windows, windowCount, windowView } from "./windows.ts";

/** What a convolution does beside its weight: windows over the padded input, in groups of channels. */
interface Plan {
  readonly over: Windows;
  readonly groups: number;
  /** How much of the input is padding, of which nobody asks the gradient. */
  readonly margins: readonly Margin[];
}

/** The plan as static arguments after the ranks, and back: groups, then counts, kernel, stride, dilation, margins. */
const written = ({ over, groups, margins }: Plan): number[] => [
  groups,
  ...over.counts,
  ...over.kernel,
  ...over.stride,
  ...over.dilation,
  ...margins.flat(),
];

function readPlan([, , , , groups, ...rest]: readonly number[]): Plan {
  const rank = rest.length / 6;
  const part = (i: number) => rest.slice(i * rank, (i + 1) * rank);
  const around = rest.slice(4 * rank);
  return {
    groups: groups as number,
    over: { counts: part(0), kernel: part(1), stride: part(2), dilation: part(3) },
    margins: part(0).map((_, d): Margin => [around[2 * d] as number, around[2 * d + 1] as number]),
  };
}

/** A dimension split in two, the first of `count`. */
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

/** weight: [G·O, C, k…]; x: [N, G·C, n…], padded already → [N, G·O, windows…]. */
function conv(weight: Tensor, x: Tensor, plan: Plan): Tensor {
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
  const attrs = [2, 1, rank, 1 + rank, ...written(plan)];
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
  const attrs = [1, 1, 1 + rank, 1 + rank, ...written(plan)];
  return record(convWeightOp, [dy, x], shape, x.dtype, attrs, [], x.node.stream, [readY, readX]);
}

/**
 * What each of `sizes` elements of the input, after the first `skipped`, takes part in: dx = dy spread out by the stride,
 * convolved with the turned weight. dy: [N, G·O, windows…]; weight: [G·O, C, k…] → [N, G·C, sizes…].
 */
function convInput(
  dy: Tensor,
  weight: Tensor,
  { over, groups }: Plan,
  sizes: Shape,
  skipped?: Shape,
): Tensor {
  const [filters, channels] = weight.shape as readonly [number, number];
  const rank = over.kernel.length;
  const seen = mirror(dy, over, sizes, skipped);
  const margins = sizes.map((): Margin => [0, 0]);
  const apart = reshape(weight, [groups, filters / groups, channels, ...over.kernel]);
  const swapped = permute(apart, [0, 2, 1, ...span(3, rank)]);
  const exchanged = reshape(swapped, [groups * channels, filters / groups, ...over.kernel]);
  return conv(flip(exchanged, span(2, rank)), seen.spread, { over: seen.over, groups, margins });
}

/** `convInput` for a padded input: zeros in place of the padding's own part. */
function paddedInput(dy: Tensor, weight: Tensor, plan: Plan, sizes: Shape): Tensor {
  const { margins } = plan;
  const inner = sizes.map((n, d) => n - added(margins[d], 0) - added(margins[d], 1));
  const skipped = margins.map((margin) => added(margin, 0));
  return padded(convInput(dy, weight, plan, inner, skipped), [[0, 0], [0, 0], ...margins], 0);
}

const added = (margin: Margin | undefined, side: 0 | 1): number => margin?.[side] ?? 0;

export interface ConvOptions {
  /** From window to window: a number, or one for each dimension. */
  readonly stride?: number | readonly number[];
  /** Zeros around the input; "valid" is none, "same" keeps its size. */
  readonly padding?: number | readonly number[] | "valid" | "same";
  /** From element to element of a window. */
  readonly dilation?: number | readonly number[];
  /** The channels are cut into so many parts that do not meet. */
  readonly groups?: number;
}

function convolution(
  call: string,
  rank: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined | ConvOptions,
  options: ConvOptions | undefined,
): Tensor {
  const { addend, settings } = biasAndOptions<ConvOptions>(bias, options);
  const [input, filter] = matched(call, x, weight);
  const batch = asBatch(call, input, rank);
  const { padding = 0, groups = 1 } = settings;
  checkWeight(call, batch, filter, rank, groups, 1);
  checkBias(call, addend, filter.shape[0] as number);
  const kernel = filter.shape.slice(2);
  const stride = perDim(call, "stride", settings.stride ?? 1, rank, 1);
  const dilation = perDim(call, "dilation", settings.dilation ?? 1, rank, 1);
  const margins = marginsOf(call, padding, kernel, stride, dilation);
  const counts = kernel.map((n, d) => {
    const [before, after] = margins[d] as Margin;
    const length = (batch.shape[2 + d] as number) + before + after;
    const count = windowCount(length, n, stride[d] as number, dilation[d] as number);
    if (count > 0) return count;
    throw new ShapeError(
      `${call}: a kernel of ${n} does not fit the padded input of ${length}` +
        `${detail("x", x.shape)}${detail("weight", weight.shape)}\n  hint: more padding, or a smaller kernel`,
    );
  });
  const plan = { over: { counts, kernel, stride, dilation }, groups, margins };
  return composite(() => {
    const y = conv(filter, padded(batch, [[0, 0], [0, 0], ...margins], 0), plan);
    return finish(y, addend, batch === input);
  });
}

function checkBias(call: string, bias: Tensor | null, filters: number): void {
  if (bias === null || (bias.shape.length === 1 && bias.shape[0] === filters)) return;
  throw new ShapeError(
    `${call}: the bias needs one number for each of ${filters} filters${detail("bias", bias.shape)}`,
  );
}

/** The bias on every channel; one example without its batch, as it came. */
function finish(y: Tensor, bias: Tensor | null, batched: boolean): Tensor {
  const rank = y.shape.length - 2;
  const out =
    bias === null
      ? y
      : add(y, reshape(bias, [bias.shape[0] as number, ...Array<number>(rank).fill(1)]));
  return batched ? out : reshape(out, out.shape.slice(1));
}

function marginsOf(
  call: string,
  padding: ConvOptions["padding"],
  kernel: Shape,
  stride: Shape,
  dilation: Shape,
): Margin[] {
  if (padding === "same") {
    if (stride.some((n) => n !== 1)) {
      throw new ArgumentError(
        `${call}: padding "same" needs a stride of 1, got [${stride.join(", ")}]`,
      );
    }
    return kernel.map((n, d) => {
      const total = (dilation[d] as number) * (n - 1);
      return [total >> 1, total - (total >> 1)];
    });
  }
  const each = perDim(call, "padding", padding === "valid" ? 0 : (padding ?? 0), kernel.length, 0);
  return each.map((n) => [n, n]);
}

/** Options may stand in the bias's place. */
function biasAndOptions<O extends object>(
  bias: Tensor | null | undefined | O,
  options: O | undefined,
): { addend: Tensor | null; settings: O | Record<string, never> } {
  const isOptions = bias != null && Object.getPrototypeOf(bias) === Object.prototype;
  if (isOptions) return { addend: null, settings: bias as O };
  return { addend: (bias as Tensor | null | undefined) ?? null, settings: options ?? {} };
}

/** Refuses a weight whose dimension `inputs` does not take x's channels, group by group. */
function checkWeight(
  call: string,
  x: Tensor,
  weight: Tensor,
  rank: number,
  groups: number,
  inputs: 0 | 1,
): void {
  const shapes = `${detail("x", x.shape)}${detail("weight", weight.shape)}`;
  const layout = inputs === 1 ? "[out, in / groups, kernel…]" : "[in, out / groups, kernel…]";
  if (weight.shape.length !== rank + 2) {
    throw new ShapeError(
      `${call}: the weight needs ${rank + 2} dimensions${shapes}\n  hint: ${layout}`,
    );
  }
  const [channels, first, second] = [x.shape[1], weight.shape[0], weight.shape[1]] as [
    number,
    number,
    number,
  ];
  if (!Number.isInteger(groups) || groups < 1 || channels % groups > 0 || first % groups > 0) {
    throw new ArgumentError(`${call}: ${groups} groups do not divide the channels${shapes}`);
  }
  const takes = inputs === 1 ? second * groups : first;
  if (takes !== channels) {
    throw new ShapeError(
      `${call}: ${channels} channels do not meet a weight for ${takes}` +
        `${groups === 1 ? "" : ` (${groups} groups)`}${shapes}\n  hint: the weight is ${layout}`,
    );
  }
}

/**
 * The cross-correlation of a signal with every filter. x: [N, C, L] or [C, L]; weight: [O, C / groups, k]; bias: [O] → [N, O, L'],
 * L' = ⌊(L + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1.
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  options?: ConvOptions,
): Tensor {
  return convolution("conv1d", 1, x, weight, bias, options);
}

/** The cross-correlation of an image with every filter. x: [N, C, H, W] or [C, H, W]; weight: [O, C / groups, kH, kW]; bias: [O] → [N, O, H', W']. */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  options?: ConvOptions,
): Tensor {
  return convolution("conv2d", 2, x, weight, bias, options);
}

/** The cross-correlation of a volume with every filter. x: [N, C, D, H, W] or [C, D, H, W]; weight: [O, C / groups, kD, kH, kW]; bias: [O]. */
export function conv3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  options?: ConvOptions,
): Tensor {
  return convolution("conv3d", 3, x, weight, bias, options);
}

export interface ConvTransposeOptions {
  readonly stride?: number | readonly number[];
  /** Elements cut off around the result. */
  readonly padding?: number | readonly number[];
  /** Elements more on one side of the result: which of the sizes that a convolution takes to x's is meant. */
  readonly outputPadding?: number | readonly number[];
  readonly groups?: number;
  readonly dilation?: number | readonly number[];
}

function transposedConvolution(
  call: string,
  rank: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined | ConvTransposeOptions,
  options: ConvTransposeOptions | undefined,
): Tensor {
  const { addend, settings } = biasAndOptions<ConvTransposeOptions>(bias, options);
  const [input, filter] = matched(call, x, weight);
  const batch = asBatch(call, input, rank);
  const { groups = 1 } = settings;
  checkWeight(call, batch, filter, rank, groups, 0);
  checkBias(call, addend, (filter.shape[1] as number) * groups);
  const kernel = filter.shape.slice(2);
  const stride = perDim(call, "stride", settings.stride ?? 1, rank, 1);
  const dilation = perDim(call, "dilation", settings.dilation ?? 1, rank, 1);
  const padding = perDim(call, "padding", settings.padding ?? 0, rank, 0);
  const more = perDim(call, "outputPadding", settings.outputPadding ?? 0, rank, 0);
  const counts = batch.shape.slice(2);
  const sizes = kernel.map((n, d) => {
    const [count, step, apart, cut, extra] = [counts, stride, dilation, padding, more].map(
      (list) => list[d] as number,
    ) as [number, number, number, number, number];
    if (extra >= Math.max(step, apart)) {
      throw new ArgumentError(
        `${call}: outputPadding ${extra} is not less than stride ${step} or dilation ${apart}`,
      );
    }
    const size = (count - 1) * step - 2 * cut + apart * (n - 1) + extra + 1;
    if (size > 0) return size;
    throw new ShapeError(`${call}: the result would have size ${size}${detail("x", x.shape)}`);
  });
  const margins = sizes.map((): Margin => [0, 0]);
  const plan = { over: { counts, kernel, stride, dilation }, groups, margins };
  return composite(() =>
    finish(convInput(batch, filter, plan, sizes, padding), addend, batch === input),
  );
}

/**
 * The gradient of `conv1d` with respect to its input, as an operation. x: [N, C, L] or [C, L]; weight: [C, O / groups, k]; bias: [O] →
 * [N, O, L'], L' = (L − 1)·stride − 2·padding + dilation·(k − 1) + outputPadding + 1.
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  options?: ConvTransposeOptions,
): Tensor {
  return transposedConvolution("convTranspose1d", 1, x, weight, bias, options);
}

/** The gradient of `conv2d` with respect to its input, as an operation. x: [N, C, H, W] or [C, H, W]; weight: [C, O / groups, kH, kW]; bias: [O]. */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  options?: ConvTransposeOptions,
): Tensor {
  return transposedConvolution("convTranspose2d", 2, x, weight, bias, options);
}

/** The gradient of `conv3d` with respect to its input, as an operation. x: [N, C, D, H, W] or [C, D, H, W]; weight: [C, O / groups, kD, kH, kW]; bias: [O]. */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  options?: ConvTransposeOptions,
): Tensor {
  return transposedConvolution("convTranspose3d", 3, x, weight, bias, options);
}
