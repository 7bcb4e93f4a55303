import type { Tensor } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { axisOf, element, filled } from "../host.ts";
import type { Operator, Operators } from "../operator.ts";
import { INT64 } from "../types.ts";
import { type HostArray, Value } from "../value.ts";
import { onHost, typed } from "./apply.ts";

type Fold = readonly [start: number, f: (sum: number, x: number) => number];

interface Reduction {
  readonly device: (x: Tensor, axes: number[], keepdim: boolean) => Tensor;
  readonly host?: Fold;
}

/**
 * A reduction over axes, which are an input in later opsets and an attribute in earlier ones; by
 * default over all.
 */
const reduced = ({ device, host }: Reduction): Operator => ({
  inputs: [1, 2],
  attributes: { axes: true, keepdims: [0, 1], noop_with_empty_axes: [0, 1] },
  run(call) {
    const x = call.value(0);
    const given = (call.setting(1, "axes") ?? []).map((axis) => axisOf(axis, x.rank));
    if (given.length === 0 && call.number("noop_with_empty_axes", 0) === 1) return x;
    const axes = given.length === 0 ? x.shape.map((_, i) => i) : given;
    const keepdim = call.number("keepdims", 1) === 1;
    const known = host === undefined ? null : onHost([x]);
    if (known !== null && host !== undefined) {
      const result = fold(known[0] as HostArray, axes, keepdim, host);
      return Value.host(x.type, result.shape, result.data);
    }
    return typed(axes.length === 0 ? x.tensor : device(x.tensor, axes, keepdim), x.type);
  },
});

function fold(
  x: HostArray,
  axes: readonly number[],
  keepdim: boolean,
  [start, f]: Fold,
): HostArray {
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const over = x.shape.map((size, i) => (axes.includes(i) ? size : 1));
  const { data } = filled(kept, (index) => {
    const inner = filled(over, (at) =>
      element(
        x,
        index.map((i, dim) => i + (at[dim] as number)),
      ),
    );
    return Array.from(inner.data).reduce(f, start);
  });
  return { shape: keepdim ? kept : x.shape.filter((_, i) => !axes.includes(i)), data };
}

const sum = (x: Tensor, axes: number[], keepdim: boolean): Tensor => x.sum(axes, { keepdim });

const mean = (x: Tensor, axes: number[], keepdim: boolean): Tensor =>
  (x.dtype.startsWith("f") ? x : x.to("f32")).mean(axes, { keepdim });

const extreme = (largest: boolean): Operator => ({
  inputs: [1, 1],
  attributes: { axis: true, keepdims: [0, 1], select_last_index: [0, 1] },
  run(call) {
    const x = call.x(0);
    const axis = call.axis(x.shape.length, 0);
    const keepdim = call.number("keepdims", 1) === 1;
    const at = (y: Tensor): Tensor =>
      largest ? y.argmax(axis, { keepdim }) : y.argmin(axis, { keepdim });
    if (call.number("select_last_index", 0) === 0) return Value.of(at(x), INT64);
    return Value.of(
      at(x.flip(axis))
        .neg()
        .add((x.shape[axis] as number) - 1),
      INT64,
    );
  },
});

const cumulative: Operator = {
  inputs: [2, 2],
  attributes: { exclusive: [0, 1], reverse: [0, 1] },
  settings: [1],
  run(call) {
    const x = call.value(0);
    const axis = axisOf(call.value(1).number(), x.rank);
    const turned = (y: Tensor): Tensor => (call.number("reverse", 0) === 1 ? y.flip(axis) : y);
    const sums = turned(turned(x.tensor).cumsum(axis));
    return typed(call.number("exclusive", 0) === 1 ? sums.sub(x.tensor) : sums, x.type);
  },
};

const top: Operator = {
  inputs: [1, 2],
  attributes: { axis: true, k: true, largest: [0, 1], sorted: [0, 1] },
  settings: [1],
  run(call: Call) {
    const x = call.value(0);
    const axis = call.axis(x.rank, -1);
    const k = call.has(1) ? call.value(1).number() : (call.number("k") as number);
    const [values, indices] = x.tensor.topk(k, axis, { largest: call.number("largest", 1) === 1 });
    return [typed(values, x.type), Value.of(indices, INT64)];
  },
};

/** Reductions and operators along an axis. */
export const reductions: Operators = {
  ArgMax: extreme(true),
  ArgMin: extreme(false),
  CumSum: cumulative,
  ReduceL1: reduced({ device: (x, axes, keepdim) => sum(x.abs(), axes, keepdim) }),
  ReduceL2: reduced({ device: (x, axes, keepdim) => sum(x.mul(x), axes, keepdim).sqrt() }),
  ReduceLogSum: reduced({ device: (x, axes, keepdim) => sum(x, axes, keepdim).log() }),
  ReduceLogSumExp: reduced({ device: (x, axes, keepdim) => x.logsumexp(axes, { keepdim }) }),
  ReduceMax: reduced({
    device: (x, axes, keepdim) => x.amax(axes, { keepdim }),
    host: [Number.NEGATIVE_INFINITY, Math.max],
  }),
  ReduceMean: reduced({ device: mean }),
  ReduceMin: reduced({
    device: (x, axes, keepdim) => x.amin(axes, { keepdim }),
    host: [Number.POSITIVE_INFINITY, Math.min],
  }),
  ReduceProd: reduced({
    device: (x, axes, keepdim) => x.prod(axes, { keepdim }),
    host: [1, (a, b) => a * b],
  }),
  ReduceSum: reduced({ device: sum, host: [0, (a, b) => a + b] }),
  ReduceSumSquare: reduced({ device: (x, axes, keepdim) => sum(x.mul(x), axes, keepdim) }),
  TopK: top,
};
