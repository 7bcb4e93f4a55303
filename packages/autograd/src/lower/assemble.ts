import type { Kernel, KernelOperand, KernelStep } from "../devices/device.ts";
import { partStrides } from "../graph/region.ts";
import { type Expr, e } from "../kernel/expression.ts";
import { fourFrom } from "../kernel/fours.ts";
import type { Loops } from "../kernel/loops.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { shapeOf } from "./index-map.ts";
import { Lowering } from "./lowering.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";

/** The base (a copy, or zeros), then a dispatch for each part that is written over it. */
export function lowerAssemble(kernel: Kernel, target: Target): Loops[] {
  const step = kernel.steps.at(-1) as KernelStep;
  const size = sizeOf(step.shape);
  if (size === 0) return [];
  const hasBase = step.attrs[0] === 1;
  const parts = hasBase ? step.operands.slice(1) : step.operands;
  const stages: Loops[] = [];
  // parts of as many elements as the output cover it: concatenation
  const covered = parts.reduce((sum, part) => sum + sizeOf(shapeOf(part)), 0) === size;
  const [base] = step.operands;
  const baseInput =
    hasBase && base !== undefined && "input" in base.source ? base.source.input : -1;
  const inPlace = base?.view === null && (kernel.inputs[baseInput]?.inPlace ?? -1) >= 0;
  if (hasBase && !inPlace) stages.push(copyBase(kernel, base as KernelOperand));
  else if (!hasBase && !covered) stages.push(fillZeros(kernel));

  const strides = partStrides(step.attrs, parts.map(shapeOf));
  const regions = parts.map((part, i): Region => {
    return { part, strides: strides[i] as number[], offset: step.scalars[i] as number };
  });
  const filled = regions.filter(({ part }) => sizeOf(shapeOf(part)) > 0);
  for (const some of together(kernel, step, filled, target)) {
    if (some.length > 0) stages.push(writeParts(kernel, some));
  }
  return stages;
}

/**
 * A part, and where it goes: strides in the output, and the parameter that holds where it begins.
 */
interface Region {
  readonly part: KernelOperand;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Parts of one shape share a dispatch as far as its bindings reach. */
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

/**
 * Parts of one shape, and what is stored beside them: a thread finds the elements of all at its
 * place.
 */
function writeParts(kernel: Kernel, regions: readonly Region[]): Loops {
  const dims = shapeOf((regions[0] as Region).part);
  const size = sizeOf(dims);
  const { dtype } = kernel.steps.at(-1) as KernelStep;
  const lanes = size % 4 === 0 && dtype !== "u8" ? 4 : 1;
  const extras = kernel.stored.slice(0, -1);
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const place = new Place(b.count(dims, lanes === 4 ? fourFrom(e.thread) : e.thread));
  // all are read before any is written: a buffer may be both
  const values = regions.map(({ part }) => b.let(lowering.operand(part, place)));
  const beside = extras.map((extra) => b.let(lowering.value(extra, place)));
  beside.forEach((value, output) => {
    lowering.store(place.whole, value, output);
  });
  values.forEach((value, i) => {
    const { strides, offset } = regions[i] as Region;
    lowering.store(place.walk(strides, e.param(offset, "u32")), value);
  });
  return { grid: { kind: "items", items: size / lanes }, body: b.statements };
}

/** Four consecutive elements of the last step a thread. */
function fill(kernel: Kernel, value: (lowering: Lowering, place: Place) => Expr): Loops {
  const { shape } = kernel.steps.at(-1) as KernelStep;
  const lowering = new Lowering(kernel);
  const place = new Place(lowering.b.count(shape, fourFrom(e.thread)));
  lowering.store(place.whole, value(lowering, place));
  const items = Math.ceil(sizeOf(shape) / 4);
  return { grid: { kind: "items", items }, body: lowering.b.statements };
}

export const copyBase = (kernel: Kernel, base: KernelOperand): Loops =>
  fill(kernel, (lowering, place) => lowering.operand(base, place));

const fillZeros = (kernel: Kernel): Loops =>
  fill(kernel, () => e.constant(0, (kernel.steps.at(-1) as KernelStep).dtype));
