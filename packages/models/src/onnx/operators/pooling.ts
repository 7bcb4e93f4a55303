import {
  arange,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  ones,
  type Tensor,
} from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxError } from "../error.ts";
import type { Operator, Operators } from "../operator.ts";
import { INT64 } from "../types.ts";
import { sizeOf, Value } from "../value.ts";
import { typed } from "./apply.ts";
import { forAxes, isEven, padded, type Windows, windowAttributes, windowsOf } from "./windows.ts";

const common = { ...windowAttributes, ceil_mode: [0, 1] } as const;

function windowsFor(call: Call, x: Tensor): Windows {
  const kernel = call.ints("kernel_shape");
  if (kernel === undefined) throw new OnnxError("the attribute kernel_shape is missing");
  return windowsOf(call, x.shape.slice(2), kernel);
}

/** Whether the pooling functions accept this padding. */
const isOwn = (windows: Windows): boolean =>
  isEven(windows) &&
  windows.begin.every((size, i) => size >= 0 && size <= (windows.kernel[i] as number) / 2);

const largest: Operator = {
  inputs: [1, 1],
  attributes: { ...common, storage_order: [0, 1] },
  run(call) {
    const { type, tensor } = call.value(0);
    const x = type.fraction ? tensor : tensor.to("f32");
    const windows = windowsFor(call, x);
    const own = isOwn(windows);
    const settings = {
      stride: windows.stride,
      dilation: windows.dilation,
      padding: own ? windows.begin : 0,
      ceilMode: call.number("ceil_mode", 0) === 1,
    };
    const pool = forAxes<(...given: never[]) => unknown>(windows.kernel.length, [
      maxPool1d,
      maxPool2d,
      maxPool3d,
    ]) as (x: Tensor, kernel: readonly number[], settings: object) => Tensor | [Tensor, Tensor];
    const input = own ? x : padded(x, windows, Number.NEGATIVE_INFINITY);
    if (call.node.outputs.length < 2)
      return typed(pool(input, windows.kernel, settings) as Tensor, type);
    if (!own) throw new OnnxError("indices with uneven padding are not supported");
    const [y, places] = pool(input, windows.kernel, { ...settings, returnIndices: true }) as [
      Tensor,
      Tensor,
    ];
    const plane = sizeOf(x.shape.slice(2));
    const planes = sizeOf(x.shape.slice(0, 2));
    const starts = arange(0, planes, { dtype: "i32" }).mul(plane);
    const rest = windows.kernel.map(() => 1);
    const columns = call.number("storage_order", 0) === 1;
    const all = (columns ? byColumns(places, x.shape) : places).add(
      starts.reshape([...x.shape.slice(0, 2), ...rest]),
    );
    return [typed(y, type), Value.of(all, INT64)];
  },
};

/** Flat indices of an image in column-major order. */
function byColumns(places: Tensor, shape: readonly number[]): Tensor {
  const [height, width] = shape.slice(2) as [number, number];
  if (shape.length !== 4) throw new OnnxError("storage_order = 1 is supported for two axes only");
  return places.remainder(width).mul(height).add(places.floorDivide(width));
}

const average: Operator = {
  inputs: [1, 1],
  attributes: { ...common, count_include_pad: [0, 1] },
  run(call) {
    const x = call.x(0);
    const windows = windowsFor(call, x);
    if (windows.dilation.some((by) => by !== 1)) throw new OnnxError("dilations are not supported");
    const pool = forAxes<(...given: never[]) => unknown>(windows.kernel.length, [
      avgPool1d,
      avgPool2d,
      avgPool3d,
    ]) as (x: Tensor, kernel: readonly number[], settings: object) => Tensor;
    const ceilMode = call.number("ceil_mode", 0) === 1;
    const countIncludePad = call.number("count_include_pad", 0) === 1;
    const { stride, kernel, begin } = windows;
    if (isOwn(windows))
      return pool(x, kernel, { stride, ceilMode, countIncludePad, padding: begin });
    const means = pool(padded(x, windows, 0), kernel, { stride, ceilMode });
    if (countIncludePad) return means;
    const inside = padded(ones([1, 1, ...x.shape.slice(2)]), windows, 0);
    return means.div(pool(inside, kernel, { stride, ceilMode }));
  },
};

const overAll = (f: (x: Tensor, axes: number[]) => Tensor): Operator => ({
  inputs: [1, 1],
  run(call) {
    const x = call.x(0);
    return f(
      x,
      x.shape.slice(2).map((_, i) => i + 2),
    );
  },
});

/** Pools over one to three axes. */
export const pooling: Operators = {
  AveragePool: average,
  GlobalAveragePool: overAll((x, axes) => x.mean(axes, { keepdim: true })),
  GlobalMaxPool: overAll((x, axes) => x.amax(axes, { keepdim: true })),
  MaxPool: largest,
};
