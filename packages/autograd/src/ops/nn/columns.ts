import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { normalizeDim, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { apart } from "../core/constant.ts";
import { movedim, moveLast, permute, reshape, unsqueeze } from "../core/layout.ts";
import { sliceOf } from "../shape/movement.ts";
import { padded } from "./padding.ts";
import { overlapAdd, perDim, type Windows, windowCount, windows } from "./windows.ts";

/** Options of `unfold` and `fold`. */
export interface UnfoldOptions {
  readonly dilation?: number | readonly number[];
  /** Zeros around the image. */
  readonly padding?: number | readonly number[];
  readonly stride?: number | readonly number[];
}

interface Layout {
  readonly over: Windows;
  readonly padding: Shape;
}

function layoutOf(
  call: string,
  sizes: Shape,
  kernelSize: number | readonly number[],
  options: UnfoldOptions,
): Layout {
  const kernel = perDim(call, "kernelSize", kernelSize, 2, 1);
  const stride = perDim(call, "stride", options.stride ?? 1, 2, 1);
  const dilation = perDim(call, "dilation", options.dilation ?? 1, 2, 1);
  const padding = perDim(call, "padding", options.padding ?? 0, 2, 0);
  const counts = kernel.map((n, d) => {
    const length = (sizes[d] as number) + 2 * (padding[d] as number);
    const count = windowCount(length, n, stride[d] as number, dilation[d] as number);
    if (count > 0) return count;
    throw new ShapeError(
      `${call}: a kernel of ${n} does not fit the padded size ${length}${detail("image", sizes)}`,
    );
  });
  return { over: { counts, kernel, stride, dilation }, padding };
}

/**
 * Windows of `size` along `dim`, `step` apart, as a new last dimension. A view. PyTorch's
 * `Tensor.unfold`.
 */
export function unfoldDim(x: Tensor, dim: number, size: number, step: number): Tensor {
  checkCall("unfold(x, dim: number, size: number, step: number)", arguments);
  checkTensor("unfold", x);
  const rank = x.shape.length;
  const at = normalizeDim("unfold", dim, rank);
  const n = x.shape[at] ?? 1;
  if (!(size >= 0 && size <= n && step > 0)) {
    throw new ArgumentError(
      `unfold: windows of ${size} with a step of ${step} do not fit a dimension of ${n}`,
    );
  }
  const counts = [Math.floor((n - size) / step) + 1];
  const line = moveLast(rank === 0 ? unsqueeze(x, 0) : x, [at]);
  const seen = windows(line, { counts, kernel: [size], stride: [step], dilation: [1] });
  return movedim(seen, -2, at);
}

/**
 * The windows over images as columns. x: [N, C, H, W] or [C, H, W] → [N, C · kH · kW, windows].
 * PyTorch's `F.unfold`.
 */
export function unfold(
  x: Tensor,
  kernelSize: number | readonly number[],
  options: UnfoldOptions = {},
): Tensor {
  checkCall(
    "unfold(x, kernelSize: number | list, { dilation: number | list, padding: number | list, stride: number | list })",
    arguments,
  );
  checkTensor("unfold", x);
  const rank = x.shape.length;
  if (rank !== 3 && rank !== 4) {
    throw new ShapeError(`unfold: takes images [N, C, H, W] or [C, H, W]${detail("x", x.shape)}`);
  }
  const { over, padding } = layoutOf("unfold", x.shape.slice(-2), kernelSize, options);
  const lead = x.shape.slice(0, -3);
  const columns = (x.shape.at(-3) as number) * sizeOf(over.kernel);
  return composite(() => {
    const around = [...x.shape.slice(0, -2).map(() => 0), ...padding];
    const seen = windows(
      padded(
        x,
        around.map((n) => [n, n] as const),
        0,
      ),
      over,
    );
    const n = rank - 2;
    const order = [...Array(n).keys(), n + 2, n + 3, n, n + 1];
    return apart(reshape(permute(seen, order), [...lead, columns, sizeOf(over.counts)]), x);
  });
}

/**
 * Adds columns up at the positions of their windows: the adjoint of `unfold`. x: [N, C · kH · kW,
 * windows] → [N, C, H, W].
 */
export function fold(
  x: Tensor,
  outputSize: number | readonly number[],
  kernelSize: number | readonly number[],
  options: UnfoldOptions = {},
): Tensor {
  checkCall(
    "fold(x, outputSize: number | list, kernelSize: number | list, { dilation: number | list, padding: number | list, stride: number | list })",
    arguments,
  );
  checkTensor("fold", x);
  const sizes = perDim("fold", "outputSize", outputSize, 2, 1);
  const { over, padding } = layoutOf("fold", sizes, kernelSize, options);
  const channels = (x.shape.at(-2) ?? 0) / sizeOf(over.kernel);
  const rank = x.shape.length;
  if (
    (rank !== 2 && rank !== 3) ||
    !Number.isInteger(channels) ||
    x.shape.at(-1) !== sizeOf(over.counts)
  ) {
    throw new ShapeError(
      `fold: needs [N, channels · ${sizeOf(over.kernel)}, ${sizeOf(over.counts)}] for this image and kernel${detail("x", x.shape)}`,
    );
  }
  const lead = [...x.shape.slice(0, -2), channels];
  return composite(() => {
    const n = lead.length;
    const split = reshape(x, [...lead, ...over.kernel, ...over.counts]);
    const ordered = permute(split, [...Array(n).keys(), n + 2, n + 3, n, n + 1]);
    const around = sizes.map((size, d) => size + 2 * (padding[d] as number));
    const whole = overlapAdd(ordered, over, around);
    const image = padding.reduce(
      (y, cut, d) => (cut === 0 ? y : sliceOf(y, n + d, cut, sizes[d] as number, 1)),
      whole,
    );
    return apart(image, x);
  });
}
