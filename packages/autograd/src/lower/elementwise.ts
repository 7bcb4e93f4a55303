import type { Kernel, KernelStep } from "../devices/device.ts";
import type { Loops } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { overElements } from "./elements.ts";
import type { Target } from "./target.ts";

/** Lowers elementwise steps without an anchor. */
export function lowerElementwise(kernel: Kernel, target: Target): Loops[] {
  const shapeOf = (stored: number): readonly number[] => (kernel.steps[stored] as KernelStep).shape;
  const last = shapeOf(kernel.steps.length - 1);
  const size = sizeOf(last);
  if (size === 0) return [];
  const loops = overElements(kernel, target, size, (lowering, placeIn) => {
    const place = placeIn(last);
    const values = kernel.stored.map((stored) =>
      lowering.b.let(lowering.value(stored, placeIn(shapeOf(stored)))),
    );
    return values.map((value, output) => ({ place, value, output }));
  });
  return [loops];
}
