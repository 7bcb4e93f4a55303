import { type DType, isFloating } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { Handle } from "../../graph/handle.ts";
import { checkLanes } from "../../graph/lanes.ts";
import { isDistinct, overlapsPartly, type View, wholeView } from "../../graph/view.ts";
import { broadcastShapes, type Shape, sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { bring, mixedDevices } from "../../tape/bring.ts";
import { type Edge, GradFn } from "../../tape/edge.ts";
import { composite } from "../../tape/modes.ts";
import {
  bindCell,
  checkWritable,
  holdVariable,
  isOfLeaf,
  makePersistent,
} from "../../tape/rebind.ts";
import {
  amongLanes,
  edgeOf,
  isTracked,
  placeAt,
  recordView,
  stepsOf,
  valueOfNow,
} from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { type AddOptions, add } from "../math/arithmetic.ts";
import { expand } from "../shape/broadcast.ts";
import { checkTensor, type Operand } from "./apply.ts";
import { wholeWith } from "./commit.ts";
import { cast, constantLike, copy, held, zeroGradient } from "./constant.ts";
import { assemble, whole } from "./strided.ts";

/**
 * Writes `compute` of x's value to the elements of `x`, and returns `x`. The gradient keeps the old
 * value
 * that it reads, and the cell is bound to the new one. `beside` are other operands: a partial
 * overlap
 * with x throws. A write that throws changes nothing.
 */
export function writeInPlace(
  name: string,
  x: Tensor,
  compute: (value: Tensor) => Tensor,
  ...beside: readonly unknown[]
): Tensor {
  return write(
    name,
    x,
    compute,
    beside,
    (before, part) => part ?? (before && untouched(name, before, x.shape)),
  );
}

/** `writeInPlace` of a value that does not depend on the old one, whose gradient is 0. */
function replaceInPlace(
  name: string,
  x: Tensor,
  make: () => Tensor,
  ...beside: readonly unknown[]
): Tensor {
  return write(name, x, make, beside, (before, part) => {
    if (before === null || part === null)
      return part ?? (before && untouched(name, before, x.shape));
    const shapes = [x.shape, x.shape];
    return new GradFn(name, [before, part], shapes, [], (dy) => [zeroGradient(dy), dy]);
  });
}

/**
 * `joined` makes the new value's edge from the old value's edge and that of the result of
 * `compute`.
 */
function write(
  name: string,
  x: Tensor,
  compute: (value: Tensor) => Tensor,
  beside: readonly unknown[],
  joined: (before: Edge | null, part: Edge | null) => Edge | null,
): Tensor {
  checkTensor(name, x);
  if (context.defer !== null) {
    context.defer(x, () => write(name, x, compute, beside, joined));
    return x;
  }
  checkPlaces(name, x, beside);
  const before = context.gradMode ? edgeOf(x) : null;
  if (before !== null || (x.base !== null && isTracked(x.base))) checkWritable(x, name);
  const { cell } = x;
  const value = valueOfNow(x);
  let part = value;
  const result = composite(() => {
    const found = fitting(name, x, compute(value));
    part = isFresh(found) ? found : copy(found);
    if (before === null && part.edge !== null) checkWritable(x, name);
    return wholeWith(x, part);
  });
  for (const one of beside) {
    if (one instanceof Handle && one.node.consumers === 1) one.node.passing = true;
  }
  const { node } = result.cell;
  if (node.stream !== x.node.stream) throw mixedDevices(name, [x, result]);
  if (isOfLeaf(x))
    makePersistent(cell); // It is a parameter that is trained by hand.
  else holdVariable(cell, node);
  const after = context.gradMode ? joined(before, part.edge) : null;
  if (after instanceof GradFn && after !== part.edge) amongLanes(after, [x, part]);
  const place = after && placeOfWrite(x, after);
  bindCell(cell, node, name);
  part.cell.writtenTo = cell;
  part.cell.writtenAs = cell.version;
  if (place !== null) placeAt(x.base ?? x, place);
  return x;
}

/** The old value, which the result does not depend on, gets a gradient of 0. */
const untouched = (name: string, before: Edge, shape: Shape): GradFn =>
  new GradFn(name, [before], [shape], [], (dy) => [zeroGradient(dy)]);

/**
 * The edge of x's base after a write to `part`: gradients of elements of x go to the written value,
 * all
 * others to the old base.
 */
function placeOfWrite(x: Tensor, part: Edge): GradFn {
  const { base, path } = x;
  if (base === null) return part as GradFn;
  const steps = stepsOf(path);
  const before = edgeOf(base);
  const { strides, offset } = steps.reduce<View>(
    (view, { step }) => step.apply(view),
    wholeView(base.shape),
  );
  const shapes = [base.shape, x.shape];
  const entry = new GradFn("write to a view", [before, part], shapes, [], (dy) => {
    const there = steps.reduce((seen, { step }) => recordView(seen, step), dy);
    const zeros = constantLike(0, there);
    return [before !== null && assemble(whole(dy), [{ value: zeros, strides, offset }]), there];
  });
  return amongLanes(entry, [base, x]);
}

/** Whether a cell can take this value without a copy: it is whole, and nothing else uses it. */
const isFresh = ({ window, node }: Tensor): boolean =>
  window === null && node.cell === null && node.consumers === 0 && node.storage === null;

function fitting(name: string, x: Tensor, value: Tensor): Tensor {
  checkLanes(name, x, value);
  if (!sameShape(value.shape, x.shape)) {
    throw new ShapeError(
      `${name}: the result does not have the shape of its target` +
        `${detail("x", x.shape)}${detail("result", value.shape)}\n  hint: the other operand may broadcast to x, not x to it`,
    );
  }
  if (kindOf(value.dtype) > kindOf(x.dtype)) {
    throw new DTypeError(
      `${name}: a ${value.dtype} result cannot be written to ${x.dtype}\n  hint: convert with x.to("${value.dtype}") first`,
    );
  }
  return cast(value, x.dtype);
}

const kindOf = (dtype: DType): number => (isFloating(dtype) ? 2 : dtype === "bool" ? 0 : 1);

/** Operations that write one value everywhere, so several elements may share memory. */
const fills: ReadonlySet<string> = new Set(["fill_", "zero_"]);

/** Throws if written elements share memory, or if another operand reads some of them. */
function checkPlaces(name: string, x: Tensor, beside: readonly unknown[]): void {
  if (x.window !== null && !isDistinct(x.window) && !fills.has(name)) {
    throw new ArgumentError(
      `${name}: several elements of this view share memory (it was expanded or unfolded)${detail("x", x.shape)}` +
        "\n  hint: clone() it first",
    );
  }
  const seen = (tensor: Handle): View => tensor.window ?? wholeView(tensor.node.shape);
  for (const other of beside) {
    if (!(other instanceof Handle) || other.cell !== x.cell) continue;
    if (!overlapsPartly(seen(x), seen(other))) continue;
    throw new ArgumentError(
      `${name}: an operand is a view of some of the written elements${detail("x", x.shape)}` +
        `${detail("operand", other.shape)}\n  hint: clone() the operand first`,
    );
  }
}

/** x ← a + α·b. */
export function add_(x: Tensor, other: Operand, options?: AddOptions): Tensor {
  if (arguments.length > 2) checkCall("add_(x, other: operand, { alpha: number })", arguments);
  return writeInPlace("add_", x, (v) => add(v, other, options), other);
}
/** x ← y, broadcast to x's shape and in its dtype. */
export function copy_(x: Tensor, source: Operand): Tensor {
  if (arguments.length > 2) checkCall("copy_(x, source: operand)", arguments);
  return copied("copy_", x, source);
}

function copied(name: string, x: Tensor, source: Operand): Tensor {
  if (source === x) {
    checkWritable(x, name);
    return x;
  }
  const value = (): Tensor => {
    if (typeof source !== "object") return constantLike(held("copy_", Number(source), x.dtype), x);
    checkTensor("copy_", source);
    if (!sameShape(broadcastShapes("copy_", x.shape, source.shape), x.shape)) {
      throw new ShapeError(
        `copy_: the source does not broadcast to x${detail("x", x.shape)}${detail("source", source.shape)}`,
      );
    }
    const here = bring(source, x.node.stream, edgeOf(source)) ?? source;
    return copy(expand(cast(here, x.dtype), x.shape));
  };
  return replaceInPlace(name, x, value, source);
}
/** x ← one value everywhere: a number or a 0-d tensor. */
export function fill_(x: Tensor, value: Operand): Tensor {
  checkCall("fill_(x, value: operand)", arguments);
  if (typeof value === "object" && value.shape.length > 0) {
    throw new ShapeError(
      `fill_: expected a number or a 0-d tensor${detail("value", value.shape)}\n  hint: copy_ takes any tensor`,
    );
  }
  return copied("fill_", x, value);
}
/** x ← 0. */
export function zero_(x: Tensor): Tensor {
  if (arguments.length > 1) checkCall("zero_(x)", arguments);
  return replaceInPlace("zero_", x, () => constantLike(0, x));
}
