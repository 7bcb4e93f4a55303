import { cat, type Tensor } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { OnnxError } from "../error.ts";
import { axisOf, broadcastShape, element, filled } from "../host.ts";
import type { Operator, Operators } from "../operator.ts";
import { INT64 } from "../types.ts";
import { type HostArray, sizeOf, Value } from "../value.ts";
import { given, onHost } from "./apply.ts";
import { pads } from "./padding.ts";
import { along, counted, moved } from "./slices.ts";

const reshaped = (x: Value, shape: readonly number[]): Value =>
  moved(
    x,
    (t) => t.reshape([...shape]),
    ({ data }) => ({ shape, data }),
  );

const shape: Operator = {
  inputs: [1, 1],
  attributes: { start: true, end: true },
  run(call) {
    const { shape: whole, rank } = call.value(0);
    const part = whole.slice(call.number("start", 0), call.number("end", rank));
    return Value.host(INT64, [part.length], part);
  },
};

/** 0 keeps a size (unless allowzero is set), −1 is inferred. */
const reshape: Operator = {
  inputs: [1, 2],
  attributes: { allowzero: [0, 1], shape: true },
  settings: [1],
  run(call) {
    const x = call.value(0);
    const wanted = call.setting(1, "shape") ?? [];
    const zero = call.number("allowzero", 0) === 1;
    const sizes = wanted.map((size, i) => (size === 0 && !zero ? (x.shape[i] as number) : size));
    const open = sizes.indexOf(-1);
    if (open >= 0) {
      const rest = sizeOf(sizes.filter((_, i) => i !== open));
      sizes[open] = rest === 0 ? 0 : sizeOf(x.shape) / rest;
    }
    if (sizeOf(sizes) !== sizeOf(x.shape) || sizes.some((size) => !Number.isInteger(size))) {
      throw new OnnxError(`cannot reshape [${x.shape}] to [${wanted}]`);
    }
    return reshaped(x, sizes);
  },
};

const flatten: Operator = {
  inputs: [1, 1],
  attributes: { axis: true },
  run(call) {
    const x = call.value(0);
    const axis = call.number("axis", 1);
    const at = axis < 0 ? axis + x.rank : axis;
    return reshaped(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]);
  },
};

const squeeze: Operator = {
  inputs: [1, 2],
  attributes: { axes: true },
  settings: [1],
  run(call) {
    const x = call.value(0);
    const axes = call.setting(1, "axes")?.map((axis) => axisOf(axis, x.rank));
    const gone = axes ?? x.shape.flatMap((size, i) => (size === 1 ? [i] : []));
    const wide = gone.find((axis) => x.shape[axis] !== 1);
    if (wide !== undefined) throw new OnnxError(`axis ${wide} of [${x.shape}] is not of size 1`);
    return reshaped(
      x,
      x.shape.filter((_, i) => !gone.includes(i)),
    );
  },
};

const unsqueeze: Operator = {
  inputs: [1, 2],
  attributes: { axes: true },
  settings: [1],
  run(call) {
    const x = call.value(0);
    const given = call.setting(1, "axes") ?? [];
    const rank = x.rank + given.length;
    const axes = given.map((axis) => axisOf(axis, rank));
    const sizes = [...x.shape];
    return reshaped(
      x,
      counted(rank).map((i) => (axes.includes(i) ? 1 : (sizes.shift() as number))),
    );
  },
};

const transpose: Operator = {
  inputs: [1, 1],
  attributes: { perm: true },
  run(call) {
    const x = call.value(0);
    const perm = call.ints("perm") ?? counted(x.rank).reverse();
    const turned = perm.map((axis) => x.shape[axis] as number);
    return moved(
      x,
      (t) => t.permute(perm),
      (known) =>
        filled(turned, (index) => {
          const at = known.shape.map(() => 0);
          perm.forEach((axis, i) => {
            at[axis] = index[i] as number;
          });
          return element(known, at);
        }),
    );
  },
};

const concat: Operator = {
  inputs: [1, Number.POSITIVE_INFINITY],
  attributes: { axis: true },
  run(call) {
    const values = given(call);
    const [first] = values as [Value];
    const axis = call.axis(first.rank);
    const known = onHost(values);
    if (known === null)
      return Value.of(
        cat(
          values.map((one) => one.tensor),
          axis,
        ),
        first.type,
      );
    const owners = known.flatMap((one) =>
      counted(one.shape[axis] as number).map((at) => ({ one, at })),
    );
    const shape = first.shape.map((size, i) => (i === axis ? owners.length : size));
    const { data } = filled(shape, (index) => {
      const { one, at } = owners[index[axis] as number] as { one: HostArray; at: number };
      return element(
        one,
        index.map((i, dim) => (dim === axis ? at : i)),
      );
    });
    return Value.host(first.type, shape, data);
  },
};

const split: Operator = {
  inputs: [1, 2],
  attributes: { axis: true, num_outputs: true, split: true },
  settings: [1],
  run(call) {
    const x = call.value(0);
    const axis = call.axis(x.rank, 0);
    const size = x.shape[axis] as number;
    const parts = call.number("num_outputs", call.node.outputs.length);
    const each = Math.ceil(size / parts);
    const equal = counted(parts).map((i) => Math.max(Math.min(each, size - i * each), 0));
    let start = 0;
    return (call.setting(1, "split") ?? equal).map((length) => {
      const from = start;
      start += length;
      return along(x, axis, counted(length, from), (t) => t.narrow(axis, from, length));
    });
  },
};

/** Ends outside the range are clamped; a step may be negative. */
const slice: Operator = {
  inputs: [1, 5],
  attributes: { axes: true, ends: true, starts: true },
  settings: [1, 2, 3, 4],
  run(call) {
    const x = call.value(0);
    const [starts, ends] = [call.setting(1, "starts"), call.setting(2, "ends")] as [
      number[],
      number[],
    ];
    const axes = call.setting(3, "axes") ?? counted(starts.length);
    const steps = call.setting(4) ?? starts.map(() => 1);
    return axes.reduce((value, given, i) => {
      const axis = axisOf(given, x.rank);
      const size = value.shape[axis] as number;
      const step = steps[i] as number;
      const indices = indicesOf(starts[i] as number, ends[i] as number, step, size);
      if (step === 1) {
        const [from = 0] = indices;
        return along(value, axis, indices, (t) => t.narrow(axis, from, indices.length));
      }
      return along(value, axis, indices);
    }, x);
  },
};

function indicesOf(start: number, end: number, step: number, size: number): number[] {
  if (step === 0) throw new OnnxError("a slice has a step of 0");
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamped = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const [from, to] = [clamped(start), clamped(end)];
  return counted(Math.max(Math.ceil((to - from) / step), 0), from, step);
}

const expand: Operator = {
  inputs: [2, 2],
  settings: [1],
  run(call) {
    const x = call.value(0);
    const whole = broadcastShape([x.shape, call.value(1).list()]);
    return moved(
      x,
      (t) => t.expand(whole),
      (known) =>
        filled(whole, (index) =>
          element(
            known,
            index
              .slice(whole.length - known.shape.length)
              .map((at, i) => (known.shape[i] === 1 ? 0 : at)),
          ),
        ),
    );
  },
};

const tile: Operator = {
  inputs: [2, 2],
  settings: [1],
  run(call) {
    const x = call.value(0);
    const repeats = call.value(1).list();
    return moved(
      x,
      (t) => t.tile(repeats),
      (known) =>
        filled(
          known.shape.map((size, i) => size * (repeats[i] as number)),
          (index) =>
            element(
              known,
              index.map((at, i) => at % (known.shape[i] as number)),
            ),
        ),
    );
  },
};

/** [N, C b b, H, W] → [N, C, H b, W b], or the inverse. */
function blocks(call: Call, arrange: (x: Tensor, sizes: number[], b: number) => Tensor): Value {
  const { tensor, shape: sizes, type } = call.value(0);
  const b = call.number("blocksize") as number;
  return Value.of(arrange(tensor, [...sizes], b), type);
}

const depthToSpace: Operator = {
  inputs: [1, 1],
  attributes: { blocksize: true, mode: ["DCR", "CRD"] },
  run: (call) =>
    blocks(call, (x, [n, c, h, w], b) => {
      const [N, C, H, W] = [n, c, h, w] as [number, number, number, number];
      const channels = C / (b * b);
      const parts =
        call.string("mode", "DCR") === "DCR"
          ? x.reshape([N, b, b, channels, H, W]).permute([0, 3, 4, 1, 5, 2])
          : x.reshape([N, channels, b, b, H, W]).permute([0, 1, 4, 2, 5, 3]);
      return parts.reshape([N, channels, H * b, W * b]);
    }),
};

const spaceToDepth: Operator = {
  inputs: [1, 1],
  attributes: { blocksize: true },
  run: (call) =>
    blocks(call, (x, [n, c, h, w], b) => {
      const [N, C, H, W] = [n, c, h, w] as [number, number, number, number];
      const parts = x.reshape([N, C, H / b, b, W / b, b]).permute([0, 3, 5, 1, 2, 4]);
      return parts.reshape([N, C * b * b, H / b, W / b]);
    }),
};

/** Shapes, and operators that change shapes. */
export const shapes: Operators = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Identity: { inputs: [1, 1], run: (call) => call.value(0) },
  Pad: pads,
  Reshape: reshape,
  Shape: shape,
  Size: {
    inputs: [1, 1],
    run: (call) => Value.host(INT64, [], [sizeOf(call.value(0).shape)]),
  },
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
