import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { lowered } from "../core/autocast.ts";
import { reshape } from "../core/layout.ts";
import { add } from "../math/arithmetic.ts";
import { checkMatched } from "../math/contraction.ts";
import { conv, convInput } from "./conv.ts";
import { type Margin, padded } from "./padding.ts";
import { asBatch, perDim, windowCount } from "./windows.ts";

/** Options of `conv1d`, `conv2d` and `conv3d`. */
export interface ConvOptions {
  /** The step between windows: a number, or one per dimension. */
  readonly stride?: number | readonly number[];
  /** Zeros around the input. "valid" adds none; "same" keeps the input's size. */
  readonly padding?: number | readonly number[] | "valid" | "same";
  /** The step between elements of a window. */
  readonly dilation?: number | readonly number[];
  /** The number of channel groups. Each group of inputs is convolved with its own filters. */
  readonly groups?: number;
}

function convolution(
  call: string,
  rank: number,
  given: Tensor,
  filters: Tensor,
  bias: Tensor | null | undefined | ConvOptions,
  options: ConvOptions | undefined,
): Tensor {
  const [x, weight] = [lowered(given), lowered(filters)];
  const { addend, settings } = biasAndOptions<ConvOptions>(bias, options);
  checkMatched(call, x, weight);
  const batch = asBatch(call, x, rank);
  const { padding = 0, groups = 1 } = settings;
  checkWeight(call, batch, weight, rank, groups, 1);
  checkBias(call, addend, weight.shape[0] as number, weight);
  const kernel = weight.shape.slice(2);
  if (kernel.includes(0))
    throw new ShapeError(`${call}: a kernel must have elements${detail("weight", weight.shape)}`);
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
        `${detail("x", x.shape)}${detail("weight", weight.shape)}\n  hint: use more padding, or a smaller kernel`,
    );
  });
  const plan = { over: { counts, kernel, stride, dilation }, groups, margins };
  return composite(() => {
    const y = conv(weight, padded(batch, [[0, 0], [0, 0], ...margins], 0), plan);
    return finish(y, addend, batch === x);
  });
}

function checkBias(call: string, bias: Tensor | null, filters: number, weight: Tensor): void {
  if (bias !== null) checkMatched(call, bias, weight);
  if (bias === null || (bias.shape.length === 1 && bias.shape[0] === filters)) return;
  throw new ShapeError(
    `${call}: the bias needs one element per filter (${filters})${detail("bias", bias.shape)}`,
  );
}

/** Adds the bias to every channel, and drops the batch dimension if the input had none. */
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

/** The options may take the place of the bias. */
function biasAndOptions<O extends object>(
  bias: Tensor | null | undefined | O,
  options: O | undefined,
): { addend: Tensor | null; settings: O | Record<string, never> } {
  const isOptions = bias != null && Object.getPrototypeOf(bias) === Object.prototype;
  if (isOptions) return { addend: null, settings: bias as O };
  return { addend: lowered(bias as Tensor | null | undefined) ?? null, settings: options ?? {} };
}

/** Throws if dimension `inputs` of the weight does not fit x's channels per group. */
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
    throw new ArgumentError(`${call}: the channels are not divisible by ${groups} groups${shapes}`);
  }
  const takes = inputs === 1 ? second * groups : first;
  if (takes !== channels) {
    throw new ShapeError(
      `${call}: the input has ${channels} channels, but the weight expects ${takes}` +
        `${groups === 1 ? "" : ` (${groups} groups)`}${shapes}\n  hint: the weight is ${layout}`,
    );
  }
}

/**
 * The cross-correlation of a signal with every filter. x: [N, C, L] or [C, L]; weight: [O, C /
 * groups, k]; bias: [O] → [N, O, L'], L' = ⌊(L + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1.
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  options?: ConvOptions,
): Tensor {
  checkCall(
    'conv1d(x, weight, bias?: tensor | null | options, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number })',
    arguments,
  );
  return convolution("conv1d", 1, x, weight, bias, options);
}

/**
 * The cross-correlation of an image with every filter. x: [N, C, H, W] or [C, H, W]; weight: [O, C
 * / groups, kH, kW]; bias: [O] → [N, O, H', W'].
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  options?: ConvOptions,
): Tensor {
  checkCall(
    'conv2d(x, weight, bias?: tensor | null | options, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number })',
    arguments,
  );
  return convolution("conv2d", 2, x, weight, bias, options);
}

/**
 * The cross-correlation of a volume with every filter. x: [N, C, D, H, W] or [C, D, H, W]; weight:
 * [O, C / groups, kD, kH, kW]; bias: [O].
 */
export function conv3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvOptions,
  options?: ConvOptions,
): Tensor {
  checkCall(
    'conv3d(x, weight, bias?: tensor | null | options, { stride: number | list, padding: number | list | "valid" | "same", dilation: number | list, groups: number })',
    arguments,
  );
  return convolution("conv3d", 3, x, weight, bias, options);
}

/** Options of `convTranspose1d`, `convTranspose2d` and `convTranspose3d`. */
export interface ConvTransposeOptions {
  readonly stride?: number | readonly number[];
  /** The number of elements that are cut off on each side of the result. */
  readonly padding?: number | readonly number[];
  /**
   * Elements added at the end of each dimension. It chooses among the sizes from which a
   * convolution
   * gives x's size.
   */
  readonly outputPadding?: number | readonly number[];
  readonly groups?: number;
  readonly dilation?: number | readonly number[];
}

function transposedConvolution(
  call: string,
  rank: number,
  given: Tensor,
  filters: Tensor,
  bias: Tensor | null | undefined | ConvTransposeOptions,
  options: ConvTransposeOptions | undefined,
): Tensor {
  const [x, weight] = [lowered(given), lowered(filters)];
  const { addend, settings } = biasAndOptions<ConvTransposeOptions>(bias, options);
  checkMatched(call, x, weight);
  const batch = asBatch(call, x, rank);
  const { groups = 1 } = settings;
  checkWeight(call, batch, weight, rank, groups, 0);
  checkBias(call, addend, (weight.shape[1] as number) * groups, weight);
  const kernel = weight.shape.slice(2);
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
        `${call}: outputPadding must be less than stride ${step} or dilation ${apart}, got ${extra}`,
      );
    }
    const size = (count - 1) * step - 2 * cut + apart * (n - 1) + extra + 1;
    if (size > 0) return size;
    throw new ShapeError(`${call}: the result would have size ${size}${detail("x", x.shape)}`);
  });
  const margins = sizes.map((): Margin => [0, 0]);
  const plan = { over: { counts, kernel, stride, dilation }, groups, margins };
  const made = composite(() =>
    finish(convInput(batch, weight, plan, sizes, padding), addend, batch === x),
  );
  return watch(made, x, weight);
}

/**
 * The gradient of `conv1d` with respect to its input, as an operation. x: [N, C, L] or [C, L];
 * weight: [C, O / groups, k]; bias: [O] → [N, O, L'], L' = (L − 1)·stride − 2·padding + dilation·(k
 * − 1) + outputPadding + 1.
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  options?: ConvTransposeOptions,
): Tensor {
  checkCall(
    "convTranspose1d(x, weight, bias?: tensor | null | options, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, dilation: number | list })",
    arguments,
  );
  return transposedConvolution("convTranspose1d", 1, x, weight, bias, options);
}

/**
 * The gradient of `conv2d` with respect to its input, as an operation. x: [N, C, H, W] or [C, H,
 * W]; weight: [C, O / groups, kH, kW]; bias: [O].
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  options?: ConvTransposeOptions,
): Tensor {
  checkCall(
    "convTranspose2d(x, weight, bias?: tensor | null | options, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, dilation: number | list })",
    arguments,
  );
  return transposedConvolution("convTranspose2d", 2, x, weight, bias, options);
}

/**
 * The gradient of `conv3d` with respect to its input, as an operation. x: [N, C, D, H, W] or [C, D,
 * H, W]; weight: [C, O / groups, kD, kH, kW]; bias: [O].
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null | ConvTransposeOptions,
  options?: ConvTransposeOptions,
): Tensor {
  checkCall(
    "convTranspose3d(x, weight, bias?: tensor | null | options, { stride: number | list, padding: number | list, outputPadding: number | list, groups: number, dilation: number | list })",
    arguments,
  );
  return transposedConvolution("convTranspose3d", 3, x, weight, bias, options);
}
