import type { Kernel } from "../devices/device.ts";
import { type Expr, e, type Lanes, type Layout } from "../kernel/expression.ts";
import { fourFrom } from "../kernel/fours.ts";
import { type Loops, layoutOf } from "../kernel/loops.ts";
import { Lowering } from "./lowering.ts";
import { Place } from "./place.ts";
import type { Target } from "./target.ts";

/** A value and where it is stored: at its place, or at a walk from `start` over `strides`. */
export interface Stored {
  readonly place: Place;
  readonly strides?: readonly number[];
  readonly start?: Expr;
  readonly value: Expr;
  /** The output; the last one by default. */
  readonly output?: number;
}

/** Evaluates the values of a thread. All are read before any is stored. */
export type Find = (
  lowering: Lowering,
  placeIn: (dims: readonly number[]) => Place,
) => readonly Stored[];

/** Threads that a GPU needs before a thread may take four elements. */
const ENOUGH = 4096;

/**
 * Computes `size` elements: four consecutive ones a thread, or one if a GPU would have too few
 * threads. On a processor a thread takes a line along which all accesses are affine, so it divides
 * no index. `fours` is false if four elements must not be stored together.
 */
export function overElements(
  kernel: Kernel,
  target: Target,
  size: number,
  find: Find,
  fours = true,
): Loops {
  const layouts = new Map<string, Layout>();
  const few = target.gpu !== undefined && size < 4 * ENOUGH;
  const flat = everyItem(kernel, size, find, layouts, fours && !few ? 4 : 1);
  return target.processor?.everyLine(kernel, size, [...layouts.values()], find) ?? flat;
}

export const indexOf = ({ place, strides, start }: Stored): Expr =>
  strides === undefined ? place.whole : place.walk(strides, start);

function everyItem(
  kernel: Kernel,
  size: number,
  find: Find,
  layouts: Map<string, Layout>,
  lanes: Lanes,
): Loops {
  const lowering = new Lowering(kernel);
  const index = lanes === 4 ? fourFrom(e.thread) : e.thread;
  // steps of the same size may have several shapes, and each shape has a place of its own
  const places = new Map<string, Place>();
  const placeIn = (dims: readonly number[]): Place => {
    const key = dims.join();
    const layout = layouts.get(key) ?? layoutOf(dims);
    const place = places.get(key) ?? new Place(lowering.b.count(layout, index));
    place.inShape = placeIn;
    layouts.set(key, layout);
    places.set(key, place);
    return place;
  };
  const stores = find(lowering, placeIn);
  for (const one of stores) lowering.store(indexOf(one), one.value, one.output);
  return { grid: { kind: "items", items: Math.ceil(size / lanes) }, body: lowering.b.statements };
}
