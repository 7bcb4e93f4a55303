import {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type Tensor,
} from "@wgrad/autograd";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";
import { forAxes, isEven, padded, windowAttributes, windowsOf } from "./windows.ts";

const attributes = { ...windowAttributes, group: true } as const;

/** The convolution with the attributes of a call. x: [N, C, …]; weight: [out, C / group, …]. */
export function convolved(call: Call, x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const axes = weight.shape.length - 2;
  const windows = windowsOf(call, x.shape.slice(2), weight.shape.slice(2));
  const { stride, dilation, begin } = windows;
  const convolve = forAxes<typeof conv2d>(axes, [conv1d as never, conv2d, conv3d as never]);
  const groups = call.number("group", 1);
  if (isEven(windows)) {
    return convolve(x, weight, bias, { stride, dilation, groups, padding: begin } as never);
  }
  return convolve(padded(x, windows, 0), weight, bias, { stride, dilation, groups } as never);
}

const transposed: Operator = {
  inputs: [2, 3],
  attributes: { ...attributes, output_padding: true, output_shape: true },
  run(call) {
    const [x, weight, bias] = [call.x(0), call.x(1), call.optional(2)?.tensor ?? null];
    const kernel = weight.shape.slice(2);
    const windows = { ...windowsOf(call, x.shape.slice(2), kernel) };
    const { stride, dilation } = windows;
    const extra = call.ints("output_padding") ?? kernel.map(() => 0);
    const full = kernel.map(
      (k, i) =>
        ((x.shape[i + 2] as number) - 1) * (stride[i] as number) +
        (dilation[i] as number) * (k - 1) +
        1,
    );
    const auto = call.string("auto_pad", "NOTSET");
    const wanted =
      call.ints("output_shape")?.slice(-kernel.length) ??
      (auto.startsWith("SAME")
        ? kernel.map((_, i) => (x.shape[i + 2] as number) * (stride[i] as number))
        : null);
    if (wanted !== null) {
      const totals = wanted.map((size, i) => (full[i] as number) + (extra[i] as number) - size);
      const half = totals.map((total) => Math.max(Math.floor(total / 2), 0));
      const rest = totals.map((total, i) => total - (half[i] as number));
      const upper = auto !== "SAME_LOWER" || totals.some((total) => total < 0);
      [windows.begin, windows.end] = upper ? [half, rest] : [rest, half];
    }
    const convolve = forAxes<typeof convTranspose2d>(kernel.length, [
      convTranspose1d as never,
      convTranspose2d,
      convTranspose3d as never,
    ]);
    const groups = call.number("group", 1);
    const symmetric = isEven(windows) && windows.begin.every((size) => size >= 0);
    const fits = extra.every(
      (size, i) => size < Math.max(stride[i] as number, dilation[i] as number),
    );
    if (symmetric && fits) {
      const settings = { stride, dilation, groups, padding: windows.begin, outputPadding: extra };
      return convolve(x, weight, bias, settings as never);
    }
    // the full output, then cropped or padded with zeros
    const y = convolve(x, weight, null, { stride, dilation, groups } as never);
    const end = windows.end.map((size, i) => (extra[i] as number) - size);
    const cut = padded(y, { begin: windows.begin.map((size) => -size), end }, 0);
    return bias === null ? cut : cut.add(bias.reshape([-1, ...kernel.map(() => 1)]));
  },
};

/** Convolutions over one to three axes. */
export const convolution: Operators = {
  Conv: {
    inputs: [2, 3],
    attributes,
    run: (call) => convolved(call, call.x(0), call.x(1), call.optional(2)?.tensor ?? null),
  },
  ConvTranspose: transposed,
};
