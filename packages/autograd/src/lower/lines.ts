import type { Kernel } from "../devices/device.ts";
import { type Counter, type Expr, e, type Layout } from "../kernel/expression.ts";
import { type Loops, walk } from "../kernel/loops.ts";
import { type Find, indexOf } from "./elements.ts";
import { Lowering } from "./lowering.ts";
import { Place } from "./place.ts";

/** The shortest line. For shorter ones, computing coordinates from the index is cheaper. */
const SHORTEST = 4;
/** The longest line. Longer ones are left to `everyItem`, which gives all threads work. */
const LONGEST = 4096;

/** Elements along which every access has a constant stride: from one to the next, or by pairs. */
interface Line {
  readonly length: number;
  readonly pairs: boolean;
}

/** The longest line; null if lines do not pay. */
function lineOf(layouts: readonly Layout[], size: number): Line | null {
  if (layouts.every((layout) => evenLengths(layout).includes(size))) return null;
  const longest = (lengths: readonly (readonly number[])[]): number => {
    const [first = [], ...others] = lengths;
    return Math.max(0, ...first.filter((n) => others.every((own) => own.includes(n))));
  };
  const one = longest(layouts.map(evenLengths));
  if (one >= SHORTEST) return one > LONGEST ? null : { length: one, pairs: false };
  const two = longest(layouts.map(evenInPairs));
  return two < 2 * SHORTEST || two > LONGEST ? null : { length: two, pairs: true };
}

/** Lengths of the last elements over which every walk has a constant stride from pair to pair. */
function evenInPairs(layout: Layout): number[] {
  const lengths = evenLengths(layout);
  const inner = layout.dims.findLastIndex((n) => n > 1);
  if (layout.dims[inner] === 2) {
    const dims = layout.dims.with(inner, 1);
    lengths.push(...evenLengths({ ...layout, dims }).map((n) => 2 * n));
  }
  return lengths.filter((n) => n % 2 === 0);
}

/** Lengths of the last elements over which every walk has a constant stride. */
function evenLengths({ dims, walks }: Layout): number[] {
  const lengths = [1];
  let length = 1;
  let next: readonly number[] | null = null;
  for (let d = dims.length - 1; d >= 0; d--) {
    const n = dims[d] as number;
    if (n === 1) continue;
    const steps = walks.map(({ strides }) => strides[d] as number);
    if (next !== null && steps.some((step, w) => step !== next?.[w])) break;
    next = steps.map((step) => step * n);
    length *= n;
    lengths.push(length);
  }
  return lengths;
}

/** A place in a shape, as a line and a position along it. */
class LinePlace extends Place {
  readonly #dims: readonly number[];
  readonly #rank: number;
  readonly #pairs: boolean;

  constructor(dims: readonly number[], rank: number, line: Counter, at: Counter, pairs: boolean) {
    super(line, at);
    this.#dims = dims;
    this.#rank = rank;
    this.#pairs = pairs;
  }

  override walk(strides: readonly number[], start: Expr | null = null): Expr {
    const inner = this.#dims.findLastIndex((n, d) => d >= this.#rank && n > 1);
    const along = inner < 0 ? 0 : (strides[inner] as number);
    const line = strides.slice(0, this.#rank);
    if (!this.#pairs) return walk(this.counters, [...line, along], start);
    const next =
      this.#dims[inner] === 2
        ? (strides[this.#dims.findLastIndex((n, d) => d < inner && n > 1)] as number)
        : 2 * along;
    return walk(this.counters, [...line, next, along], start);
  }
}

/** Gives each thread a line along which all accesses are affine; null if that does not pay. */
export function everyLine(
  kernel: Kernel,
  size: number,
  layouts: readonly Layout[],
  find: Find,
): Loops | null {
  const found = lineOf(layouts, size);
  if (found === null) return null;
  const { length: line, pairs } = found;
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const lines = new Map(
    layouts.map(({ dims }) => {
      let [rank, rest] = [dims.length, line];
      while (rest > 1) rest /= dims[--rank] as number;
      return [dims.join(), { rank, counter: b.count(dims.slice(0, rank), e.thread) }];
    }),
  );
  const tail = line % 4;
  const places = pairs ? [line / 2, 2] : [line];
  b.over(places, { from: e.u32(0), to: e.size(line), lanes: 4, advances: true }, (along, at) => {
    const dimsOf = new Map<Place, readonly number[]>();
    const known = new Map<string, Place>();
    const placeAt = (dims: readonly number[], counter: Counter): Place => {
      const own = lines.get(dims.join()) as { rank: number; counter: Counter };
      return new LinePlace(dims, own.rank, own.counter, counter, pairs);
    };
    const placeIn = (dims: readonly number[]): Place => {
      const place = known.get(dims.join()) ?? placeAt(dims, along);
      place.inShape = placeIn;
      known.set(dims.join(), place);
      dimsOf.set(place, dims);
      return place;
    };
    const stores = find(lowering, placeIn);
    const together = (): void => {
      for (const one of stores) lowering.store(indexOf(one), one.value, one.output);
    };
    if (tail === 0) {
      together();
      return;
    }
    b.if(e.le(e.add(at, e.u32(4)), e.size(line)), together, () => {
      for (let lane = 0; lane < tail; lane++) {
        const counter = b.count(places, e.add(at, e.u32(lane)));
        for (const one of stores) {
          const place = placeAt(dimsOf.get(one.place) as readonly number[], counter);
          const { value } = one;
          const element = value.lanes === 4 ? e.lane(value, lane) : value;
          lowering.store(indexOf({ ...one, place }), element, one.output);
        }
      }
    });
  });
  return { grid: { kind: "threads", threads: size / line }, body: b.statements };
}
