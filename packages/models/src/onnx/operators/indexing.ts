import { arange, type Tensor, tensor, where } from "@wgrad/autograd";
import { OnnxError } from "../error.ts";
import { axisOf, element, filled } from "../host.ts";
import type { Operator, Operators } from "../operator.ts";
import { INT64 } from "../types.ts";
import { sizeOf, Value } from "../value.ts";
import { onHost } from "./apply.ts";
import { selected } from "./slices.ts";

/** Non-negative indices, as i32. */
function fromFront(indices: Value, size: number): Tensor {
  const { known } = indices;
  if (known === null) {
    const x = indices.tensor.to("i32");
    return where(x.lt(0), x.add(size), x);
  }
  const data = Int32Array.from(known.data, (at) => (at < 0 ? at + size : at));
  const wrong = data.findIndex((at) => at < 0 || at >= size);
  if (wrong >= 0)
    throw new OnnxError(`index ${known.data[wrong]} is out of range for an axis of size ${size}`);
  return tensor(data, { shape: [...known.shape] });
}

const gather: Operator = {
  inputs: [2, 2],
  attributes: { axis: true },
  run(call) {
    const [x, indices] = [call.value(0), call.value(1)];
    const axis = call.axis(x.rank, 0);
    const size = x.shape[axis] as number;
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    const known = onHost([x, indices]);
    if (known === null) {
      const flat = fromFront(indices, size).reshape([-1]);
      return Value.of(x.tensor.indexSelect(axis, flat).reshape(shape), x.type);
    }
    const [from, where] = known as [(typeof known)[0], (typeof known)[0]];
    const inner = axis + indices.rank;
    const { data } = filled(shape, (index) => {
      const at = element(where, index.slice(axis, inner));
      const own = [...index.slice(0, axis), at < 0 ? at + size : at, ...index.slice(inner)];
      return element(from, own);
    });
    return Value.host(x.type, shape, data);
  },
};

const gatherElements: Operator = {
  inputs: [2, 2],
  attributes: { axis: true },
  run(call) {
    const x = call.value(0);
    const axis = call.axis(x.rank, 0);
    const index = fromFront(call.value(1), x.shape[axis] as number);
    return Value.of(x.tensor.gather(axis, index), x.type);
  },
};

/** Index tuples along the last axis as flat indices into the axes from `skip` on. */
function flatIndices(indices: Value, sizes: readonly number[]): Tensor {
  const parts = indices.tensor.to("i32").unbind(-1);
  return parts.reduce((sum: Tensor | null, part, i) => {
    const size = sizes[i] as number;
    const at = where(part.lt(0), part.add(size), part);
    return sum === null ? at : sum.mul(size).add(at);
  }, null) as Tensor;
}

const gatherND: Operator = {
  inputs: [2, 2],
  attributes: { batch_dims: true },
  run(call) {
    const [x, indices] = [call.value(0), call.value(1)];
    const skip = call.number("batch_dims", 0);
    const depth = indices.shape.at(-1) as number;
    const batch = sizeOf(x.shape.slice(0, skip));
    const over = x.shape.slice(skip, skip + depth);
    const rest = x.shape.slice(skip + depth);
    const flat = flatIndices(indices, over).reshape([batch, -1]);
    const starts = arange(0, batch, { dtype: "i32" }).mul(sizeOf(over)).reshape([batch, 1]);
    const rows = x.tensor.reshape([batch * sizeOf(over), ...rest]);
    const y = rows.indexSelect(0, flat.add(starts).reshape([-1]));
    return Value.of(y.reshape([...indices.shape.slice(0, -1), ...rest]), x.type);
  },
};

const reductions = { none: null, add: "sum", mul: "prod", max: "amax", min: "amin" } as const;
const reductionNames = Object.keys(reductions);

function scattered(x: Tensor, axis: number, index: Tensor, updates: Tensor, name: string): Tensor {
  const reduce = reductions[name as keyof typeof reductions];
  return reduce === null
    ? x.scatter(axis, index, updates)
    : x.scatterReduce(axis, index, updates, reduce);
}

const scatterElements: Operator = {
  inputs: [3, 3],
  attributes: { axis: true, reduction: reductionNames },
  run(call) {
    const x = call.value(0);
    const axis = call.axis(x.rank, 0);
    const index = fromFront(call.value(1), x.shape[axis] as number);
    const y = scattered(x.tensor, axis, index, call.x(2), call.string("reduction", "none"));
    return Value.of(y, x.type);
  },
};

const scatterND: Operator = {
  inputs: [3, 3],
  attributes: { reduction: reductionNames },
  run(call) {
    const [x, indices] = [call.value(0), call.value(1)];
    const depth = indices.shape.at(-1) as number;
    const over = x.shape.slice(0, depth);
    const width = sizeOf(x.shape.slice(depth));
    const rows = x.tensor.reshape([sizeOf(over), width]);
    const flat = flatIndices(indices, over).reshape([-1, 1]);
    const updates = call.x(2).reshape([flat.shape[0] as number, width]);
    const index = flat.expand([flat.shape[0] as number, width]);
    const y = scattered(rows, 0, index, updates, call.string("reduction", "none"));
    return Value.of(y.reshape([...x.shape]), x.type);
  },
};

const oneHot: Operator = {
  inputs: [3, 3],
  attributes: { axis: true },
  settings: [1, 2],
  run(call) {
    const [indices, values] = [call.value(0), call.value(2)];
    const depth = call.value(1).number();
    const axis = call.axis(indices.rank + 1, -1);
    const at = indices.tensor.to("i32").unsqueeze(axis);
    const shape = at.shape.map((_, i) => (i === axis ? depth : 1));
    const classes = arange(0, depth, { dtype: "i32" }).reshape(shape);
    const hot = where(at.lt(0), at.add(depth), at).eq(classes);
    const [off, on] = [values.tensor.select(0, 0), values.tensor.select(0, 1)];
    return Value.of(where(hot, on, off), values.type);
  },
};

const compress: Operator = {
  inputs: [2, 2],
  attributes: { axis: true },
  settings: [1],
  run(call) {
    const x = call.value(0);
    const kept = call
      .value(1)
      .list()
      .flatMap((yes, i) => (yes === 0 ? [] : [i]));
    const axis = call.number("axis");
    if (axis === undefined) return Value.of(selected(x.tensor.reshape([-1]), 0, kept), x.type);
    return Value.of(selected(x.tensor, axisOf(axis, x.rank), kept), x.type);
  },
};

const nonZero: Operator = {
  inputs: [1, 1],
  run(call) {
    const { host, rank } = call.value(0);
    const found: number[][] = [];
    filled(host.shape, (index, flat) => {
      if (host.data[flat] !== 0) found.push([...index]);
      return 0;
    });
    const data = Array.from({ length: rank }, (_, i) => found.map((index) => index[i] as number));
    return Value.host(INT64, [rank, found.length], data.flat());
  },
};

/** Operators that read or write elements by index. */
export const indexing: Operators = {
  Compress: compress,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: nonZero,
  OneHot: oneHot,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};
