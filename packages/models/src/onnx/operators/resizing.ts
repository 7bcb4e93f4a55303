import { type Tensor, tensor, where } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxError } from "../error.ts";
import { axisOf } from "../host.ts";
import type { Operator, Operators } from "../operator.ts";
import { Value } from "../value.ts";
import { gridSample } from "./grid-sample.ts";
import { counted, selected } from "./slices.ts";

/** An axis that is resized. */
interface Axis {
  readonly size: number;
  readonly out: number;
  readonly scale: number;
  /** Start and end of the part that tf_crop_and_resize keeps, from 0 to 1. */
  readonly start: number;
  readonly end: number;
}

/** The input coordinate of an output index on an axis. */
const coordinates: Readonly<Record<string, (at: number, axis: Axis) => number>> = {
  half_pixel: (at, { scale }) => (at + 0.5) / scale - 0.5,
  half_pixel_symmetric(at, { scale, size, out }) {
    const shift = (size / 2) * (1 - out / (scale * size));
    return shift + (at + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (at, { scale, out }) => (out > 1 ? (at + 0.5) / scale - 0.5 : 0),
  align_corners: (at, { size, out }) => (out === 1 ? 0 : (at * (size - 1)) / (out - 1)),
  asymmetric: (at, { scale }) => at / scale,
  tf_half_pixel_for_nn: (at, { scale }) => (at + 0.5) / scale,
  tf_crop_and_resize: (at, { size, out, start, end }) =>
    out > 1
      ? start * (size - 1) + (at * (end - start) * (size - 1)) / (out - 1)
      : 0.5 * (start + end) * (size - 1),
};

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Keys' cubic kernel at a distance. */
function cubic(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/** The input indices that an output is interpolated from, with their weights. */
function taps(call: Call, x: number, size: number, isOld: boolean): [number, number][] {
  const mode = call.string("mode", "nearest");
  if (mode === "nearest") {
    const round = nearest[isOld ? "floor" : call.string("nearest_mode", "round_prefer_floor")];
    return [[(round as (x: number) => number)(x), 1]];
  }
  const floor = Math.floor(x);
  if (mode === "linear") {
    return [
      [floor, floor + 1 - x],
      [floor + 1, x - floor],
    ];
  }
  const a = call.number("cubic_coeff_a", -0.75);
  const all = [-1, 0, 1, 2].map((i): [number, number] => [floor + i, cubic(x - floor - i, a)]);
  if (call.number("exclude_outside", 0) === 0) return all;
  const inside = all.map(([at, w]): [number, number] => [at, at < 0 || at >= size ? 0 : w]);
  const sum = inside.reduce((total, [, w]) => total + w, 0);
  return inside.map(([at, w]) => [at, w / sum]);
}

/** Resizes one axis of x. */
function along(call: Call, x: Tensor, dim: number, axis: Axis, isOld: boolean): Tensor {
  const mode = isOld ? "asymmetric" : call.string("coordinate_transformation_mode", "half_pixel");
  const place = coordinates[mode] as (at: number, axis: Axis) => number;
  const places = counted(axis.out).map((at) => place(at, axis));
  const all = places.map((at) => taps(call, at, axis.size, isOld));
  const shape = x.shape.map((_, i) => (i === dim ? axis.out : 1));
  const inside = (at: number): number => Math.min(Math.max(at, 0), axis.size - 1);
  const parts = (all[0] as [number, number][]).map((_, k) => {
    const pick = (i: 0 | 1) => all.map((one) => (one[k] as [number, number])[i]);
    const taken = selected(x, dim, pick(0).map(inside));
    if (call.string("mode", "nearest") === "nearest") return taken;
    return taken.mul(tensor(pick(1), { dtype: x.dtype as "f32" }).reshape(shape));
  });
  const y = parts.reduce((sum, part) => sum.add(part));
  if (mode !== "tf_crop_and_resize") return y;
  const outside = places.map((at) => at < 0 || at > axis.size - 1);
  if (!outside.includes(true)) return y;
  return where(tensor(outside).reshape(shape), call.number("extrapolation_value", 0), y);
}

function resized(call: Call, scalesAt: number, sizesAt: number): Value {
  const x = call.value(0);
  const isOld = call.opset < 11;
  const axes = (call.ints("axes") ?? counted(x.rank)).map((axis) => axisOf(axis, x.rank));
  const list = (at: number): number[] | undefined => {
    const numbers = call.has(at) ? call.value(at).list() : [];
    return numbers.length === 0 ? undefined : numbers;
  };
  const [scales, sizes] = [list(scalesAt) ?? call.ints("scales"), list(sizesAt)];
  if (scales === undefined && sizes === undefined) throw new OnnxError("needs scales or sizes");
  const crops = call.string("coordinate_transformation_mode", "") === "tf_crop_and_resize";
  const roi = crops ? list(1) : undefined;
  const y = axes.reduce((part, dim, i) => {
    const size = x.shape[dim] as number;
    const out = sizes?.[i] ?? Math.floor(size * (scales?.[i] as number) + 1e-9);
    const scale = scales?.[i] ?? out / size;
    const [start, end] = [roi?.[i] ?? 0, roi?.[i + axes.length] ?? 1];
    if (out === size && scale === 1 && start === 0 && end === 1) return part;
    return along(call, part, dim, { size, out, scale, start, end }, isOld);
  }, x.tensor);
  return Value.of(y, x.type);
}

const resize: Operator = {
  inputs: [1, 4],
  attributes: {
    antialias: [0],
    axes: true,
    coordinate_transformation_mode: Object.keys(coordinates),
    cubic_coeff_a: true,
    exclude_outside: [0, 1],
    extrapolation_value: true,
    keep_aspect_ratio_policy: ["stretch"],
    mode: ["nearest", "linear", "cubic"],
    nearest_mode: Object.keys(nearest),
  },
  settings: [1, 2, 3],
  run: (call) => (call.opset < 11 ? resized(call, 1, -1) : resized(call, 2, 3)),
};

/** Resizing by interpolation along each axis. */
export const resizing: Operators = {
  GridSample: gridSample,
  Resize: resize,
  Upsample: {
    inputs: [1, 2],
    attributes: { mode: ["nearest", "linear"], scales: true },
    settings: [1],
    run: (call) => resized(call, 1, -1),
  },
};
