import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { alongDim, dimOf } from "../../graph/attributes.ts";
import { type Op, registerOp, type Scatter } from "../../graph/op.ts";
import { normalizeDim, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record, watch } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { checkedIndex, placesOf } from "../core/bounds.ts";
import { cast, constant, held } from "../core/constant.ts";
import { reshape } from "../core/layout.ts";
import { expand } from "../shape/broadcast.ts";
import { narrow, noIndex } from "../shape/movement.ts";

const zeros = (shape: Shape, like: Tensor): Tensor =>
  constant(0, like.dtype, shape, like.node.stream);

const gatherOp: Op = registerOp({
  name: "gather",
  meaning: { kind: "gather" },
  scalarTypes: [],
  saves: [1],
  gradient: (dy, [, index], { shapes, attrs }) => {
    const base = zeros(shapes[0] as Shape, dy);
    return [scatterAlong(scatterSumOp, base, dimOf(attrs), index as Tensor, dy), null];
  },
});

/**
 * A scatter. Its gradient: dy where nothing was written for x, and dy at the index for the source.
 */
const scatterOp = (name: string, combine: Scatter["combine"]): Op =>
  registerOp({
    name,
    meaning: { kind: "scatter", combine },
    scalarTypes: [],
    // The base of a sum gets dy itself, so it needs no index.
    saves: ([, , source]) => (source || combine !== "sum" ? [1] : []),
    gradient: (dy, [, place], { needs, attrs }) => {
      const dim = dimOf(attrs);
      const index = place as Tensor;
      const kept = (): Tensor =>
        combine === "sum"
          ? dy
          : scatterAlong(scatterOverOp, dy, dim, index, zeros(index.shape, dy));
      return [needs[0] === true && kept(), null, needs[2] === true && gatherAlong(dy, dim, index)];
    },
  });

/** x[index] += source along one dimension. */
export const scatterSumOp: Op = scatterOp("scatterAdd", "sum");
/** x[index] = source along one dimension. */
export const scatterOverOp: Op = scatterOp("scatter", "assign");

/** x narrowed to the sizes of `shape` in all dimensions but `dim`. A view. */
function narrowTo(x: Tensor, dim: number, shape: Shape): Tensor {
  return x.shape.reduce(
    (seen, n, d) => (d === dim || n === shape[d] ? seen : narrow(seen, d, 0, shape[d] as number)),
    x,
  );
}

/**
 * y[…, j, …] = x[…, index[…, j, …], …] along `dim`. The i32 index has x's rank; its other sizes are
 * at
 * most x's.
 */
export function gatherAlong(x: Tensor, dim: number, index: Tensor): Tensor {
  if (x.shape[dim] === 0 && sizeOf(index.shape) > 0) {
    throw new ArgumentError(
      `gather: dimension ${dim} is empty${detail("x", x.shape)}${detail("index", index.shape)}`,
    );
  }
  const from = narrowTo(x, dim, index.shape);
  return record(gatherOp, [from, index], index.shape, x.dtype, alongDim(dim));
}

/** base with source combined into it along `dim`. u8 and bool are computed in i32. */
export function scatterAlong(
  op: Op,
  base: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
): Tensor {
  const { dtype } = base;
  const small = dtype === "u8" || (dtype === "bool" && op !== scatterOverOp);
  const [x, y] = small ? [cast(base, "i32"), cast(source, "i32")] : [base, source];
  return cast(record(op, [x, index, y], x.shape, x.dtype, alongDim(dim)), dtype);
}

/**
 * Throws if indices are floating-point or bool; u8 throws unless allowed (in PyTorch it is a mask).
 */
export function checkIndices(call: string, index: Tensor, takesBytes = false): void {
  checkTensor(call, index);
  const { dtype } = index;
  if (dtype === "i32" || dtype === "u32" || (dtype === "u8" && takesBytes)) return;
  throw new DTypeError(
    `${call}: indices must be i32, got ${dtype}${detail("index", index.shape)}` +
      `\n  hint: ${dtype === "bool" ? "nonzero gives the indices of a mask" : 'index.to("i32")'}`,
  );
}

/** The index as i32, checked against a dimension of x. `negative` allows counting from the end. */
export function placesAlong(
  call: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  negative = false,
): Tensor {
  const range = placesOf(x.shape[dim] as number, negative);
  const tell = (value: number) => noIndex(call, value, x.shape, dim);
  return cast(checkedIndex(call, index, range, x, tell), "i32");
}

/** A 0-d tensor as a vector; any other tensor as it is. */
export function raised(x: Tensor): Tensor {
  return x.shape.length === 0 ? reshape(x, [1]) : x;
}

function checkFits(call: string, x: Tensor, dim: number, index: Tensor): void {
  const fits =
    index.shape.length === x.shape.length &&
    index.shape.every((n, d) => d === dim || n <= (x.shape[d] as number));
  if (fits) return;
  throw new ShapeError(
    `${call}: the index must have x's rank, and sizes up to x's in all dimensions but ${dim}` +
      `${detail("x", x.shape)}${detail("index", index.shape)}`,
  );
}

/**
 * y[…, j, …] = x[…, index[…, j, …], …] along `dim`, in the index's shape. The index has x's rank;
 * its
 * other sizes are at most x's. An index out of range (or negative) throws an IndexError: at once,
 * or at
 * the read or step that needs it if only the device knows the values.
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  if (arguments.length > 3) checkCall("gather(x, dim: number, index)", arguments);
  checkTensor("gather", x);
  checkIndices("gather", index);
  const at = normalizeDim("gather", dim, x.shape.length);
  const made = composite(() => {
    const [from, chosen] = [raised(x), raised(index)];
    checkFits("gather", from, at, chosen);
    const places = placesAlong("gather", from, at, chosen);
    return reshape(gatherAlong(from, at, places), index.shape);
  });
  return watch(made, x);
}

/** Checks the operands of a scatter and records it. */
export function scattered(
  call: string,
  op: Op,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number | boolean,
  negative = false,
): Tensor {
  checkTensor(call, x);
  if (typeof source === "object") checkTensor(call, source);
  checkIndices(call, index);
  const at = normalizeDim(call, dim, x.shape.length);
  return composite(() => {
    const [base, given] = [raised(x), raised(index)];
    checkFits(call, base, at, given);
    const chosen = placesAlong(call, base, at, given, negative);
    const values =
      typeof source !== "object"
        ? constant(held(call, Number(source), x.dtype), x.dtype, chosen.shape, x.node.stream)
        : sourceFor(call, x, raised(source), chosen.shape, at);
    return reshape(scatterAlong(op, base, at, chosen, values), x.shape);
  });
}

function sourceFor(call: string, x: Tensor, source: Tensor, shape: Shape, dim: number): Tensor {
  const fits =
    source.shape.length === shape.length && shape.every((n, d) => n <= (source.shape[d] as number));
  if (!fits) {
    throw new ShapeError(
      `${call}: the source must not be smaller than the index${detail("source", source.shape)}${detail("index", shape)}`,
    );
  }
  if (source.dtype !== x.dtype) {
    throw new DTypeError(
      `${call}: cannot write a ${source.dtype} source into ${x.dtype}\n  hint: source.to("${x.dtype}")`,
    );
  }
  const narrowed = narrowTo(source, dim, shape);
  return narrowed.shape[dim] === shape[dim]
    ? narrowed
    : narrow(narrowed, dim, 0, shape[dim] as number);
}

/**
 * x with src[…, j, …] added at […, index[…, j, …], …] along `dim`. The order of j makes it
 * deterministic.
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  checkCall("scatterAdd(x, dim: number, index, src)", arguments);
  return scattered("scatterAdd", scatterSumOp, x, dim, index, src);
}

/**
 * Elements of the flattened x at these indices, in the index's shape. Negative ones count from the
 * end.
 */
export function take(x: Tensor, index: Tensor): Tensor {
  if (arguments.length > 2) checkCall("take(x, index)", arguments);
  checkTensor("take", x);
  checkIndices("take", index);
  const made = composite(() => {
    const from = reshape(x, [-1]);
    const places = placesAlong("take", from, 0, index, true);
    return reshape(gatherAlong(from, 0, reshape(places, [-1])), index.shape);
  });
  return watch(made, x);
}

/**
 * `gather` whose index and x broadcast in the other dimensions; without `dim` it is `take`. For
 * indices
 * from argsort. Negative ones count from the end.
 */
export function takeAlongDim(
  x: Tensor,
  index: Tensor,
  dim?: number | null | DimOption<number | null>,
): Tensor {
  if (arguments.length > 2)
    checkCall("takeAlongDim(x, index, dim?: number | null, { dim })", arguments);
  checkTensor("takeAlongDim", x);
  checkIndices("takeAlongDim", index);
  const { dim: along = null } = withDim<number | null, DimOption<number | null>>(dim, undefined);
  if (along === null) return take(x, reshape(index, [-1]));
  if (index.shape.length !== x.shape.length) {
    throw new ShapeError(
      `takeAlongDim: the index must have x's rank${detail("x", x.shape)}${detail("index", index.shape)}`,
    );
  }
  const at = normalizeDim("takeAlongDim", along, x.shape.length);
  return composite(() => {
    const places = placesAlong("takeAlongDim", x, at, index, true);
    const sizes = x.shape.map((n, d) => (n === 1 ? (index.shape[d] as number) : n));
    const from = expand(x, sizes.with(at, x.shape[at] as number));
    const chosen = expand(places, sizes.with(at, index.shape[at] as number));
    return gatherAlong(from, at, chosen);
  });
}
