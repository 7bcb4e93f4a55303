import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import { partStrides } from "../graph/attributes.ts";
import { boxOf } from "../graph/region.ts";
import { type Expr, e } from "../kernel/expression.ts";
import { contiguousStrides } from "../shape.ts";
import type { Lowering } from "./lowering.ts";

/** The index start + Σ coordinate · stride. */
export interface Access {
  readonly strides: readonly number[];
  start(): Expr;
}

/** How an operand is read: each place of its shape maps to an element of `value`. */
export interface IndexMap extends Access {
  /** The operand itself; if it is padding, the operand that is padded. */
  readonly value: KernelOperand;
  /** Indices that must be less than their counts for a place to lie inside the padding. */
  readonly bounds: readonly (Access & { readonly count: number })[];
}

/** The shape that an operand is read with. */
export const shapeOf = (operand: KernelOperand): readonly number[] =>
  operand.view === null ? operand.base : operand.view.shape;

/** The strides that an operand is read with. */
export const stridesOf = (operand: KernelOperand): readonly number[] =>
  operand.view?.strides ?? contiguousStrides(operand.base);

/** The index of the first element that an operand reads. */
export const startOf = ({ view, offset }: KernelOperand): Expr =>
  view === null ? e.size(0) : e.param(offset, "u32");

export function indexMapOf(kernel: Kernel, operand: KernelOperand): IndexMap {
  const { source, axes, offset } = operand;
  if (!("step" in source) || axes === undefined) {
    const strides = stridesOf(operand);
    return { value: operand, strides, bounds: [], start: () => startOf(operand) };
  }
  const step = kernel.steps[source.step] as KernelStep;
  const [part] = step.operands as [KernelOperand];
  const origin = step.scalars[0] as number;
  const along = axesOf(step, part, axes);
  const startOn = ({ size, stride, count }: Axis): Expr => {
    const from = e.coordinate(offset, stride, size);
    return count === size ? from : e.sub(from, e.coordinate(origin, stride, size));
  };
  return {
    value: part,
    strides: shapeOf(operand).map((_, d) =>
      along.reduce((sum, { moves, step: by }) => sum + (moves[d] as number) * by, 0),
    ),
    bounds: along
      .filter(({ count, size }) => count < size)
      .map((axis) => ({
        strides: axis.moves,
        count: axis.count,
        start: () => startOn(axis),
      })),
    start: () => {
      const terms = along
        .filter(({ step: by }) => by !== 0)
        .map((axis) => e.mul(startOn(axis), e.size(axis.step)));
      const first = part.view === null ? [] : [e.param(part.offset, "u32")];
      const all = [...first, ...terms];
      return all.length === 0 ? e.size(0) : e.sum(...all);
    },
  };
}

/** The mapped element if the bounds hold, else zero. `indexOf` computes the index of an access. */
export function padded(
  lowering: Lowering,
  map: IndexMap,
  indexOf: (access: Access, bound: number) => Expr,
): Expr {
  const { value, bounds } = map;
  const index = indexOf(map, -1);
  if (bounds.length === 0) return lowering.element(value, index);
  const inside = bounds
    .map((bound, i) => e.lt(indexOf(bound, i), e.size(bound.count)))
    .reduce(e.and);
  const element = lowering.element(value, e.select(inside, index, e.u32(0)));
  return e.select(inside, element, e.number(0, element));
}

/** One dimension of an assembled value, or several merged into one. */
interface Axis {
  readonly size: number;
  readonly stride: number;
  /** How many of its elements the part covers. */
  readonly count: number;
  /** The part's stride along it. */
  readonly step: number;
  /** How far each dimension of the reading view moves along it. */
  readonly moves: readonly number[];
}

/** The axes of size > 1. An axis that the part covers whole is merged with the one before. */
function axesOf(
  { shape, attrs }: KernelStep,
  part: KernelOperand,
  moves: readonly (readonly number[])[],
): Axis[] {
  const own = stridesOf(part);
  const [strides] = partStrides(attrs, [shapeOf(part)]) as [number[]];
  const axes: Axis[] = [];
  const intervals = boxOf(shape, shapeOf(part), strides) ?? [];
  for (const [a, { size, stride, count, dim }] of intervals.entries()) {
    if (size === 1) continue;
    const step = dim < 0 ? 0 : (own[dim] as number);
    const along = moves[a] as readonly number[];
    const above = axes.at(-1);
    if (above === undefined || count < size || above.step !== step * size) {
      axes.push({ size, stride, count, step, moves: along });
      continue;
    }
    axes[axes.length - 1] = {
      size: above.size * size,
      stride,
      count: above.count * size,
      step,
      moves: above.moves.map((by, d) => by * size + (along[d] as number)),
    };
  }
  return axes;
}
