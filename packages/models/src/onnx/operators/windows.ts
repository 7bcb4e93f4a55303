import { pad, type Tensor } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxError } from "../error.ts";

/** Attributes of all operators with windows. */
export const windowAttributes = {
  auto_pad: ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"],
  dilations: true,
  kernel_shape: true,
  pads: true,
  strides: true,
} as const;

/** Settings of windows over the axes after the first two. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: number[];
  readonly dilation: number[];
  /** Padding of each axis. */
  readonly begin: number[];
  readonly end: number[];
}

/** Attributes of convolutions and pooling as numbers for every axis. */
export function windowsOf(
  call: Call,
  sizes: readonly number[],
  kernel: readonly number[],
): Windows {
  const each = (name: string): number[] => call.ints(name) ?? kernel.map(() => 1);
  const [stride, dilation] = [each("strides"), each("dilations")];
  const auto = call.string("auto_pad", "NOTSET");
  const given = call.ints("pads") ?? kernel.flatMap(() => [0, 0]);
  if (auto === "NOTSET") {
    return {
      kernel,
      stride,
      dilation,
      begin: given.slice(0, kernel.length),
      end: given.slice(kernel.length),
    };
  }
  if (auto === "VALID") {
    return { kernel, stride, dilation, begin: kernel.map(() => 0), end: kernel.map(() => 0) };
  }
  const totals = kernel.map((k, i) => {
    const [size, s, d] = [sizes[i], stride[i], dilation[i]] as [number, number, number];
    return Math.max((Math.ceil(size / s) - 1) * s + (k - 1) * d + 1 - size, 0);
  });
  const half = totals.map((total) => Math.floor(total / 2));
  const rest = totals.map((total, i) => total - (half[i] as number));
  const [begin, end] = auto === "SAME_UPPER" ? [half, rest] : [rest, half];
  return { kernel, stride, dilation, begin, end };
}

/** Whether the padding is the same on both sides. */
export const isEven = ({ begin, end }: Pick<Windows, "begin" | "end">): boolean =>
  begin.every((size, i) => size === end[i]);

/** Pads the last axes of x with `value`. */
export function padded(
  x: Tensor,
  { begin, end }: Pick<Windows, "begin" | "end">,
  value: number,
): Tensor {
  if ([...begin, ...end].every((size) => size === 0)) return x;
  const amounts = begin.flatMap((_, i) => {
    const axis = begin.length - 1 - i;
    return [begin[axis] as number, end[axis] as number];
  });
  return pad(x, amounts, { value });
}

/** The function for this number of axes. Throws OnnxError for more than three. */
export function forAxes<F>(count: number, functions: readonly [F, F, F]): F {
  const found = functions[count - 1];
  if (found === undefined)
    throw new OnnxError(`windows over ${count} axes are not supported, only over 1 to 3`);
  return found;
}
