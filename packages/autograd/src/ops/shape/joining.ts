import { isOnto, partStrides } from "../../graph/attributes.ts";
import { type Node, PENDING } from "../../graph/node.ts";
import { type BoxAxis, boxOf } from "../../graph/region.ts";
import { simplify, type View, wholeView } from "../../graph/view.ts";
import { contiguousStrides, type Shape, sameShape, sizeOf } from "../../shape.ts";
import { savedHandle } from "../../tape/edge.ts";
import { isGradEnabled } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { assemble, type Part } from "../core/strided.ts";
import { add } from "../math/arithmetic.ts";

/** The most parts of one assembly: every read looks through them. */
const MOST_PARTS = 4;

/** A part of an assembly over zeros: a box, and its start in each dimension. */
interface Placed extends Part {
  readonly axes: readonly BoxAxis[];
  readonly starts: readonly number[];
}

/**
 * a + b of gradients. A gradient of a slice is zero elsewhere, so the sum of several becomes one
 * assembly. If all parts are views of one result in the same layout, the sum is a view of it.
 */
export function joined(a: Tensor, b: Tensor): Tensor {
  if (isGradEnabled() || !sameShape(a.shape, b.shape) || a.dtype !== b.dtype) return add(a, b);
  const [some, others] = [partsOf(a), partsOf(b)];
  const apart = some?.every((one) => others?.every((other) => disjoint(one, other)) === true);
  if (some === null || others === null || apart !== true) return add(a, b);
  const parts = [...some, ...others];
  const covered = parts.reduce((sum, { value }) => sum + sizeOf(value.shape), 0);
  const view = covered === sizeOf(a.shape) ? viewOfAll(parts, a.shape) : null;
  if (view === null && parts.length > MOST_PARTS) return add(a, b);
  for (const one of [a, b]) withdraw(one.node);
  if (view !== null) {
    const { node } = (parts[0] as Placed).value;
    return savedHandle(node, simplify(view, node.shape), null);
  }
  return assemble(a.shape, parts);
}

const withdrawn = new WeakSet<Node>();

/** Nothing reads this assembly any more, so it stops counting as a reader of its inputs. */
function withdraw(node: Node): void {
  if (node.consumers > 0 || withdrawn.has(node)) return;
  withdrawn.add(node);
  for (const input of node.inputs) input.consumers--;
}

/** The parts of a pending assembly over zeros, if all of them are boxes. */
function partsOf({ node, window }: Tensor): Placed[] | null {
  const { op, state, attrs, inputs, views, shape, scalars } = node;
  if (window !== null || op.meaning.kind !== "assemble") return null;
  if (isOnto(attrs) || state !== PENDING) return null;
  const values = inputs.map((input, i) => savedHandle(input, views[i] ?? null, null));
  const strides = partStrides(
    attrs,
    values.map((value) => value.shape),
  );
  const whole = contiguousStrides(shape);
  const placed: Placed[] = [];
  for (const [i, value] of values.entries()) {
    const axes = boxOf(shape, value.shape, strides[i] as number[]);
    if (axes === null) return null;
    const offset = scalars[i] as number;
    const starts = whole.map((stride, d) => Math.floor(offset / stride) % (shape[d] as number));
    placed.push({ value, strides: strides[i] as number[], offset, axes, starts });
  }
  return placed;
}

const disjoint = (a: Placed, b: Placed): boolean =>
  a.starts.some((start, d) => {
    const other = b.starts[d] as number;
    const end = (one: Placed): number => (one.starts[d] as number) + (one.axes[d] as BoxAxis).count;
    return end(a) <= other || end(b) <= start;
  });

/** The view of the parts' common tensor that equals the whole assembly. Null if there is none. */
function viewOfAll(parts: readonly Placed[], shape: Shape): View | null {
  const [first, ...others] = parts as [Placed, ...Placed[]];
  if (others.some(({ value }) => value.node !== first.value.node)) return null;
  const views = parts.map(({ value }) => value.window ?? wholeView(value.shape));
  const [view] = views as [View];
  const strides = shape.map((_, d) => {
    const { dim } = first.axes[d] as BoxAxis;
    if (dim >= 0) return view.strides[dim] as number;
    // Parts differ in this dimension: its stride is the distance to the next part.
    const next = others.findIndex(({ starts }) => starts[d] !== first.starts[d]);
    if (next < 0) return 0;
    const steps = (others[next]?.starts[d] as number) - (first.starts[d] as number);
    return ((views[next + 1] as View).offset - view.offset) / steps;
  });
  const offsetAt = (starts: readonly number[]): number =>
    starts.reduce((sum, start, d) => sum + start * (strides[d] as number), 0);
  const offset = view.offset - offsetAt(first.starts);
  const fits = parts.every(({ axes, starts }, p) => {
    const { strides: own, offset: from } = views[p] as View;
    const along = axes.every(({ dim }, d) => dim < 0 || own[dim] === strides[d]);
    return along && from === offset + offsetAt(starts);
  });
  const valid = offset >= 0 && strides.every((stride) => Number.isInteger(stride) && stride >= 0);
  return fits && valid ? { shape, strides, offset } : null;
}
