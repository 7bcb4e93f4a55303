import type { Moves } from "../graph/region.ts";
import { type Counter, type Expr, e } from "../kernel/expression.ts";
import { placeOf, walk } from "../kernel/loops.ts";
import { contiguousStrides, type Shape } from "../shape.ts";

/**
 * A place in a shape, at which steps are evaluated: counters that together cover its dimensions.
 */
export class Place {
  readonly counters: readonly Counter[];
  /** Values of the kernel's steps here. */
  readonly values: Map<number, Expr> = new Map();
  /** The place with the same flat index in a shape of the same size; null if not available. */
  inShape: ((dims: readonly number[]) => Place) | null = null;
  readonly #reads = new Map<object, Expr>();
  readonly #seen = new Map<object, Place>();
  #whole: Expr | null = null;

  constructor(...counters: readonly Counter[]) {
    this.counters = counters;
  }

  /** The flat, row-major index. */
  get whole(): Expr {
    this.#whole ??= this.#wholeOf();
    return this.#whole;
  }

  #wholeOf(): Expr {
    const [first, ...others] = this.counters;
    if (first?.index.lanes !== 4 || others.length === 0) return placeOf(this.counters);
    // the lanes are not adjacent
    return this.walk(contiguousStrides(this.counters.flatMap(({ layout }) => layout.dims)));
  }

  /** start + Σ coordinate · stride. */
  walk(strides: readonly number[], start: Expr | null = null): Expr {
    return walk(this.counters, strides, start);
  }

  /** The value that `make` gave for this key the first time. */
  once(key: object, make: () => Expr): Expr {
    let value = this.#reads.get(key);
    if (value === undefined) {
      value = make();
      this.#reads.set(key, value);
    }
    return value;
  }

  /** The place in an operand's value that its view reads here. It is made once. */
  through(operand: object, moves: Moves, shape: Shape): Place {
    let place = this.#seen.get(operand);
    if (place === undefined) {
      place = new PlaceThrough(this, moves, shape);
      this.#seen.set(operand, place);
    }
    return place;
  }
}

/** A place in a value that a view reads, computed from the view's place. */
class PlaceThrough extends Place {
  readonly #view: Place;
  readonly #moves: Moves;
  readonly #shape: Shape;

  constructor(view: Place, moves: Moves, shape: Shape) {
    super();
    this.#view = view;
    this.#moves = moves;
    this.#shape = shape;
  }

  override get whole(): Expr {
    return this.once(this, () => this.walk(contiguousStrides(this.#shape)));
  }

  override walk(strides: readonly number[], start: Expr | null = null): Expr {
    const { rank, along, start: first } = this.#moves;
    const offset = strides.reduce((sum, stride, a) => sum + stride * (first[a] as number), 0);
    const own = Array.from({ length: rank }, (_, d) =>
      strides.reduce((sum, stride, a) => sum + stride * ((along[a] as number[])[d] as number), 0),
    );
    const at = this.#view.walk(own, start);
    return offset === 0 ? at : e.add(at, e.size(offset));
  }
}
