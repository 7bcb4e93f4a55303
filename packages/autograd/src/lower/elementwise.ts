import type { Kernel, KernelStep } from "../devices/device.ts";
import { e } from "../kernel/expression.ts";
import { fourFrom } from "../kernel/fours.ts";
import type { Loops } from "../kernel/loops.ts";
import { sizeOf } from "../shape.ts";
import { Lowering } from "./lowering.ts";
import { Place } from "./place.ts";

/** Steps that are found element by element: a thread makes four consecutive elements. */
export function lowerElementwise(kernel: Kernel): Loops[] {
  const shapeOf = (stored: number): readonly number[] => (kernel.steps[stored] as KernelStep).shape;
  const size = sizeOf(shapeOf(kernel.steps.length - 1));
  if (size === 0) return [];
  const lowering = new Lowering(kernel);
  const index = fourFrom(e.thread);
  // a view reads over the shape of who reads it, and equally many elements may have several shapes
  const places = new Map<string, Place>();
  const placeIn = (dims: readonly number[]): Place => {
    const known = places.get(dims.join());
    if (known !== undefined) return known;
    const place = new Place(lowering.b.count(dims, index));
    places.set(dims.join(), place);
    return place;
  };
  const last = placeIn(shapeOf(kernel.steps.length - 1));
  // all are read before any is written: a buffer may be both
  const values = kernel.stored.map((stored) =>
    lowering.b.let(lowering.value(stored, placeIn(shapeOf(stored)))),
  );
  values.forEach((value, output) => {
    lowering.store(last.whole, value, output);
  });
  return [{ grid: { kind: "items", items: Math.ceil(size / 4) }, body: lowering.b.statements }];
}
