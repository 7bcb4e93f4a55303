import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import { isOnto, partStrides } from "../graph/attributes.ts";
import { type Expr, e } from "../kernel/expression.ts";
import type { Loops } from "../kernel/loops.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { overElements, type Stored } from "./elements.ts";
import { shapeOf } from "./index-map.ts";
import type { Lowering } from "./lowering.ts";
import type { Place } from "./place.ts";
import type { Target } from "./target.ts";

/** Writes the base (a copy, or zeros), then the parts over it, one dispatch for each shape. */
export function lowerAssemble(kernel: Kernel, target: Target): Loops[] {
  const step = kernel.steps.at(-1) as KernelStep;
  const size = sizeOf(step.shape);
  if (size === 0) return [];
  const hasBase = isOnto(step.attrs);
  const parts = hasBase ? step.operands.slice(1) : step.operands;
  const stages: Loops[] = [];
  // parts with as many elements as the output cover it, so it needs no zeros: concatenation
  const covered = parts.reduce((sum, part) => sum + sizeOf(shapeOf(part)), 0) === size;
  const [base] = step.operands;
  const baseInput =
    hasBase && base !== undefined && "input" in base.source ? base.source.input : -1;
  const inPlace = base?.view === null && (kernel.inputs[baseInput]?.inPlace ?? -1) >= 0;
  if (hasBase && !inPlace) stages.push(copyBase(kernel, base as KernelOperand, target));
  else if (!hasBase && !covered) stages.push(fillZeros(kernel, target));

  const strides = partStrides(step.attrs, parts.map(shapeOf));
  const regions = parts.map((part, i): Region => {
    return { part, strides: strides[i] as number[], offset: step.scalars[i] as number };
  });
  const filled = regions.filter(({ part }) => sizeOf(shapeOf(part)) > 0);
  for (const some of together(kernel, step, filled, target)) {
    if (some.length > 0) stages.push(writeParts(kernel, some, target));
  }
  return stages;
}

/** A part and its region of the output: strides, and the parameter that holds its first element. */
interface Region {
  readonly part: KernelOperand;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Groups the parts by dispatch. Parts of one shape share one, as far as its bindings reach. */
function together(
  kernel: Kernel,
  step: KernelStep,
  regions: readonly Region[],
  { maxBindings }: Target,
): Region[][] {
  const [first] = regions;
  const alike = regions.every(({ part }) =>
    sameShape(shapeOf(part), shapeOf((first as Region).part)),
  );
  if (!alike || step.dtype === "u8") return regions.map((region) => [region]);
  if (kernel.inputs.length + kernel.stored.length <= maxBindings) return [[...regions]];
  const most = kernel.steps.length === 1 ? maxBindings - 1 : 1;
  return Array.from({ length: Math.ceil(regions.length / most) }, (_, i) =>
    regions.slice(i * most, (i + 1) * most),
  );
}

/** Writes parts of one shape, and the other outputs: a thread takes one place of all of them. */
function writeParts(kernel: Kernel, regions: readonly Region[], target: Target): Loops {
  const dims = shapeOf((regions[0] as Region).part);
  const size = sizeOf(dims);
  const { dtype } = kernel.steps.at(-1) as KernelStep;
  const extras = kernel.stored.slice(0, -1);
  const find = (lowering: Lowering, placeIn: (dims: readonly number[]) => Place): Stored[] => {
    const { b } = lowering;
    const place = placeIn(dims);
    const values = regions.map(({ part }) => b.let(lowering.operand(part, place)));
    const beside = extras.map((extra) => b.let(lowering.value(extra, place)));
    return [
      ...beside.map((value, output) => ({ place, value, output })),
      ...values.map((value, i) => {
        const { strides, offset } = regions[i] as Region;
        return { place, strides, start: e.param(offset, "u32"), value };
      }),
    ];
  };
  return overElements(kernel, target, size, find, size % 4 === 0 && dtype !== "u8");
}

/** Writes every element of the last step. */
function fill(
  kernel: Kernel,
  target: Target,
  value: (lowering: Lowering, place: Place) => Expr,
): Loops {
  const { shape } = kernel.steps.at(-1) as KernelStep;
  return overElements(kernel, target, sizeOf(shape), (lowering, placeIn) => {
    const place = placeIn(shape);
    return [{ place, value: value(lowering, place) }];
  });
}

export const copyBase = (kernel: Kernel, base: KernelOperand, target: Target): Loops =>
  fill(kernel, target, (lowering, place) => lowering.operand(base, place));

const fillZeros = (kernel: Kernel, target: Target): Loops =>
  fill(kernel, target, () => e.constant(0, (kernel.steps.at(-1) as KernelStep).dtype));
