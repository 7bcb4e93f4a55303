import { dimOf, formOf, isOnto, partStrides, ranksOf, reducedDims } from "@wgrad/autograd/plugin";
import { OnnxError } from "../error.ts";
import { constant, type Dims, type Pair, pairs, product } from "./dims.ts";
import type { Exporter } from "./exporter.ts";
import { dimsOf, inMemory, type NodePair, writtenType } from "./nodes.ts";
import { reshaped, type Written } from "./views.ts";
import { conv, maxPool } from "./windows.ts";

/** Writes a node that is not elementwise. */
export type Write = (exporter: Exporter, pair: NodePair) => Written;

const last = (dims: Dims, count: number): number[] =>
  Array.from({ length: count }, (_, i) => dims.length - count + i);

/** A reduction over the last dimensions of its operand. */
const reduce =
  (opType: string): Write =>
  (exporter, pair) => {
    const { writer } = exporter;
    const x = exporter.input(pair, 0);
    const axes = last(x.dims, reducedDims(pair[0].attrs));
    const name =
      opType === "ReduceSum"
        ? writer.add(opType, [x.name, writer.ints(axes)], { keepdims: 0 })
        : writer.add(opType, [x.name], { axes, keepdims: 0 });
    return reshaped(
      writer,
      { name, dims: x.dims.slice(0, -axes.length || undefined) },
      dimsOf(pair),
    );
  };

/** The index of the extreme element over the last dimensions, flattened. */
const extreme =
  (opType: string): Write =>
  (exporter, pair) => {
    const { writer } = exporter;
    const x = exporter.input(pair, 0);
    const count = reducedDims(pair[0].attrs);
    const kept = x.dims.slice(0, x.dims.length - count);
    const flat = reshaped(writer, x, [...kept, product(x.dims.slice(kept.length))]);
    const name = writer.add(opType, [flat.name], { axis: kept.length, keepdims: 0 });
    return reshaped(writer, { name, dims: kept }, dimsOf(pair));
  };

/** c[b…, m…, n…] = Σ a[b…, m…, k…] b[b…, k…, n…]. */
const contract: Write = (exporter, pair) => {
  const { writer } = exporter;
  const [batches, rows, , inner] = ranksOf(pair[0].attrs);
  const [a, b] = [exporter.input(pair, 0), exporter.input(pair, 1)];
  const joined = (x: Written, first: number): Written =>
    reshaped(writer, x, [
      ...x.dims.slice(0, batches),
      product(x.dims.slice(batches, batches + first)),
      product(x.dims.slice(batches + first)),
    ]);
  const [left, right] = [joined(a, rows), joined(b, inner)];
  const name = writer.add("MatMul", [left.name, right.name]);
  const dims = [...left.dims.slice(0, -1), right.dims.at(-1) as Pair];
  return reshaped(writer, { name, dims }, dimsOf(pair));
};

/**
 * Selects elements by index along a dimension; whole slices if the index depends on that dimension
 * only.
 */
const gather: Write = (exporter, pair) => {
  const { writer } = exporter;
  const axis = dimOf(pair[0].attrs);
  const x = exporter.input(pair, 0);
  const views = exporter.inputViews(pair, 1);
  const dims = dimsOf(pair);
  const isAlong = views?.[0].shape.every(
    (n, i) => i === axis || n === 1 || views[0].strides[i] === 0,
  );
  if (isAlong === true && views !== null) {
    const line = views.map(({ shape, strides, offset }) => ({
      shape: [shape[axis] as number],
      strides: [strides[axis] as number],
      offset,
    }));
    const [a, b] = line as [(typeof line)[0], (typeof line)[0]];
    const index = exporter.seen(exporter.inputPair(pair, 1), [a, b], false);
    return { name: writer.add("Gather", [x.name, index.name], { axis }), dims };
  }
  const index = exporter.input(pair, 1);
  return { name: writer.add("GatherElements", [x.name, index.name], { axis }), dims };
};

/** Where a part of an assemble starts, in each dimension. */
function beginOf(offset: number, shape: readonly number[]): number[] {
  const begin = shape.map(() => 0);
  let rest = offset;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    begin[i] = rest % size;
    rest = Math.floor(rest / size);
  }
  return begin;
}

/** cat, stack and pad: adjacent parts, or one part within a constant. */
const assemble: Write = (exporter, pair) => {
  const { writer } = exporter;
  const [a, b] = pair;
  const dims = dimsOf(pair);
  const base = isOnto(a.attrs) ? 1 : 0;
  const strides = partStrides(
    a.attrs,
    a.inputs.slice(base).map((input, i) => a.views[base + i]?.shape ?? input.shape),
  );
  const parts = a.inputs.slice(base).map((_, i) => ({
    value: exporter.input(pair, base + i),
    begin: pairs(
      beginOf(a.scalars[i] as number, a.shape),
      beginOf(b.scalars[i] as number, b.shape),
    ),
  }));
  const plain = parts.every(({ value }, i) => isPlain(a.shape, strides[i] as number[], value));
  if (!plain) throw new OnnxError("exportOnnx: writing into a slice with a step is not supported");
  const filled = base === 1 && a.inputs[0]?.op.name === "fill" ? a.inputs[0].scalars[0] : undefined;
  if (parts.length === 1 && (base === 0 || filled !== undefined)) {
    const [{ value, begin }] = parts as [(typeof parts)[0]];
    const starts = begin.map((at) => constant(at, "the position of a part"));
    const ends = dims.map(([whole, other], i) => {
      const [size, second] = value.dims[i] as Pair;
      const end: Pair = [
        whole - size - (starts[i] as number),
        other - second - (starts[i] as number),
      ];
      return constant(end, "the position of a part");
    });
    const amounts = writer.ints([...starts, ...ends]);
    const fill = writer.constant(writtenType(a.dtype), [], [filled ?? 0]);
    return { name: writer.add("Pad", [value.name, amounts, fill]), dims };
  }
  const axis = dims.findIndex((_, i) => parts.some(({ begin }) => begin[i]?.[0] !== 0));
  const length = parts.reduce((sum, { value }) => sum + (value.dims[axis]?.[0] ?? 0), 0);
  if (base === 0 && axis >= 0 && length === dims[axis]?.[0]) {
    const inOrder = parts.toSorted((p, q) => (p.begin[axis]?.[0] ?? 0) - (q.begin[axis]?.[0] ?? 0));
    return {
      name: writer.add(
        "Concat",
        inOrder.map(({ value }) => value.name),
        { axis },
      ),
      dims,
    };
  }
  throw new OnnxError("exportOnnx: writing into a part of a tensor is not supported");
};

/** Whether a part has the same strides in the assembled tensor as on its own. */
function isPlain(shape: readonly number[], own: readonly number[], value: Written): boolean {
  return value.dims.every(
    ([size], i) => size === 1 || own[i] === shape.slice(i + 1).reduce((x, y) => x * y, 1),
  );
}

/** softmax(scale · Q Kᵀ + mask) V. */
const attention: Write = (exporter, pair) => {
  const { writer } = exporter;
  const [{ attrs, scalars, dtype, inputs }] = pair;
  const { causal, repeats, places } = formOf(attrs);
  if (repeats !== 0) throw new OnnxError("exportOnnx: grouped queries are not supported");
  const [q, k, v] = [0, 1, 2].map((i) => exporter.input(pair, i)) as [Written, Written, Written];
  const type = writtenType(dtype);
  const axes = k.dims.map((_, i) => i);
  const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  const products = writer.add("MatMul", [q.name, writer.add("Transpose", [k.name], { perm })]);
  let scores = writer.add("Mul", [products, writer.constant(type, [], [scalars[0] as number])]);
  const none = Number.NEGATIVE_INFINITY;
  if (causal) {
    const rows = constant(q.dims.at(-2) as Pair, "the length of a causal attention");
    const columns = constant(k.dims.at(-2) as Pair, "the length of a causal attention");
    const mask = Array.from({ length: rows * columns }, (_, i) =>
      i % columns > Math.floor(i / columns) ? none : 0,
    );
    scores = writer.add("Add", [scores, writer.constant(type, [rows, columns], mask)]);
  }
  if (inputs.length > 3) {
    const mask = exporter.input(pair, 3, true);
    const isBool = inputs[3]?.dtype === "bool";
    scores = isBool
      ? writer.add("Where", [mask.name, scores, writer.constant(type, [], [none])])
      : writer.add("Add", [scores, mask.name]);
  }
  const weights = writer.add("Softmax", [scores], { axis: -1 });
  const name = writer.add("MatMul", [weights, v.name]);
  const dims = [...q.dims.slice(0, -1), v.dims.at(-1) as Pair];
  const strides = places[0] as readonly number[];
  const seen = { shape: dims.map(([size]) => size), strides, offset: 0 };
  return inMemory(writer, { name, dims }, [seen, seen]);
};

const cumulative: Write = (exporter, pair) => {
  const x = exporter.input(pair, 0);
  const axis = exporter.writer.constant(writtenType("i32"), [], [x.dims.length - 1]);
  return { name: exporter.writer.add("CumSum", [x.name, axis]), dims: dimsOf(pair) };
};

/** How each operation that is not elementwise is written, by its name. */
export const primitives: Readonly<Record<string, Write>> = {
  amax: reduce("ReduceMax"),
  amin: reduce("ReduceMin"),
  argmax: extreme("ArgMax"),
  argmin: extreme("ArgMin"),
  assemble,
  attention,
  contract,
  conv,
  cumsum: cumulative,
  gather,
  maskedAttention: attention,
  maxPool,
  prod: reduce("ReduceProd"),
  sum: reduce("ReduceSum"),
};
