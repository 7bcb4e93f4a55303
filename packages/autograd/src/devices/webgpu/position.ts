import type { Lanes, WgslText, WgslValue } from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { KernelOperand } from "../device.ts";
import type { Words } from "./words.ts";

interface Axis {
  size: number;
  /** One a walk. */
  strides: number[];
}

/** Terms that add up to an index, and in how many lanes. */
interface Sum {
  readonly terms: readonly string[];
  readonly lanes: Lanes;
}

/**
 * Consecutive dimensions that one counter runs over, walked with several strides at once. Dimensions that all walks pass
 * alike are merged first, so that a coordinate is divided out only where a walk needs it.
 */
export class Walks {
  readonly #words: Words;
  readonly #axes: readonly Axis[];
  readonly #numbers = new Map<string, string>();
  readonly #anyStride: boolean;

  /** With `anyStride`, text that is the same for strides of 1 and others: fewer pipelines, an extra product. */
  constructor(
    words: Words,
    dims: readonly number[],
    strides: readonly (readonly number[])[],
    anyStride = false,
  ) {
    this.#words = words;
    this.#anyStride = anyStride;
    this.#axes = merge(
      dims.map((size, d) => ({ size, strides: strides.map((walk) => walk[d] as number) })),
    );
  }

  /** Of each walk, the index it has come to at this count. */
  at(count: WgslValue, text: WgslText): Sum[] {
    const coordinates = this.#coordinates(count, text);
    const walks = this.#axes[0]?.strides.length ?? 0;
    return Array.from({ length: walks }, (_, w) => {
      const terms: string[] = [];
      this.#axes.forEach(({ strides }, d) => {
        const stride = strides[w] as number;
        const coordinate = coordinates[d];
        if (stride === 0 || !coordinate) return;
        const by =
          stride === 1 && !this.#anyStride ? "" : ` * ${this.#number(`stride ${d} ${w}`, stride)}`;
        terms.push(`${coordinate.text}${by}`);
      });
      return { terms, lanes: terms.length > 0 ? count.lanes : 1 };
    });
  }

  /**
   * A loop's walk, from a count on: `at` names the index of each walk, and `next` moves all to the next count, without a
   * division.
   */
  from(
    count: WgslValue,
    text: WgslText,
  ): { readonly at: readonly WgslValue[]; readonly next: () => void } {
    const coordinates = this.#axes.map(() => text.name("c"));
    let rest = count.text;
    for (let d = this.#axes.length - 1; d > 0; d--) {
      const n = this.#number(`size ${d}`, (this.#axes[d] as Axis).size);
      const { text: above } = text.let(`${rest} / ${n}`, 1, "q");
      text.line(`var ${coordinates[d]} = ${rest} - ${above} * ${n};`);
      rest = above;
    }
    const walks = this.#axes[0]?.strides.length ?? 0;
    const strideOf = (d: number, w: number): number => (this.#axes[d] as Axis).strides[w] as number;
    const at = Array.from({ length: walks }, (_, w) => {
      const index = text.name("k");
      const terms = this.#axes.map((_, d) => {
        const coordinate = d === 0 ? rest : coordinates[d];
        return `${coordinate} * ${this.#number(`stride ${d} ${w}`, strideOf(d, w))}`;
      });
      text.line(`var ${index} = ${terms.join(" + ")};`);
      return { text: index, lanes: 1 } as const;
    });
    const next = (d = this.#axes.length - 1): void => {
      if (d < 0) return;
      // past the end of a dimension the walk jumps back to its start, and on by one in the dimension above
      const back = d === this.#axes.length - 1 ? 0 : (this.#axes[d + 1] as Axis).size;
      for (const [w, index] of at.entries()) {
        const step = strideOf(d, w) - (back === 0 ? 0 : back * strideOf(d + 1, w));
        text.line(`${index.text} += ${this.#number(`step ${d} ${w}`, step)};`);
      }
      if (d === 0) return;
      const coordinate = coordinates[d] as string;
      text.line(`${coordinate}++;`);
      text.block(
        `if (${coordinate} == ${this.#number(`size ${d}`, this.#axes[d]?.size ?? 0)})`,
        () => {
          text.line(`${coordinate} = 0u;`);
          next(d - 1);
        },
      );
    };
    return { at, next };
  }

  /** One word for one number, however often it is used. */
  #number(name: string, value: number): string {
    const known = this.#numbers.get(name) ?? this.#words.number(value);
    this.#numbers.set(name, known);
    return known;
  }

  /** The coordinates that some walk needs, from the last dimension to the first. */
  #coordinates(count: WgslValue, text: WgslText): (WgslValue | null)[] {
    const coordinates: (WgslValue | null)[] = this.#axes.map(() => null);
    let rest = count;
    let skipped = 1;
    for (let d = this.#axes.length - 1; d >= 0; d--) {
      const { size, strides } = this.#axes[d] as Axis;
      if (strides.every((stride) => stride === 0)) {
        skipped *= size;
        continue;
      }
      if (skipped !== 1) {
        const passed = this.#number(`passed ${d}`, skipped);
        rest = text.let(`${rest.text} / ${passed}`, count.lanes, "q");
        skipped = 1;
      }
      if (d === 0) {
        coordinates[d] = rest;
        break;
      }
      const n = this.#number(`size ${d}`, size);
      const quotient = text.let(`${rest.text} / ${n}`, count.lanes, "q");
      coordinates[d] = text.let(`${rest.text} - ${quotient.text} * ${n}`, count.lanes, "c");
      rest = quotient;
    }
    return coordinates;
  }
}

/** Drops dimensions of one element and joins neighbours that every walk passes as one. */
function merge(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const before = merged.at(-1);
    const joins = before?.strides.every(
      (stride, w) => stride === (axis.strides[w] as number) * axis.size,
    );
    if (before !== undefined && joins) {
      before.size *= axis.size;
      before.strides = axis.strides;
    } else merged.push({ size: axis.size, strides: [...axis.strides] });
  }
  return merged;
}

/** Consecutive dimensions of a position, and their counter. */
export interface Segment {
  readonly dims: readonly number[];
  readonly index: WgslValue;
}

/** A read through a view at a position: element offset + Σ coordinate · stride. */
export interface Reading {
  readonly operand: KernelOperand;
  /** Over all dimensions of the position. */
  readonly strides: readonly number[];
  readonly offset: string;
}

/** A place in a shape where elements are evaluated: one counter for a segment of dimensions. */
export class Position {
  readonly id: string;
  /** The number of the group of four consecutive elements that this is, where it is one. */
  readonly quad: string | null;
  readonly #words: Words;
  readonly #text: WgslText;
  readonly #segments: readonly Segment[];
  readonly #readings: readonly Reading[];
  readonly #numberOf = new Map<KernelOperand, number>();
  /** Terms of the segments prepared so far, one a reading; the last is the flat, row-major index. */
  readonly #sums: string[][];
  readonly #lanes: Lanes[];

  constructor(
    words: Words,
    text: WgslText,
    segments: readonly Segment[],
    readings: readonly Reading[],
    quad: string | null = null,
  ) {
    this.id = text.name("p");
    this.quad = quad;
    this.#words = words;
    this.#text = text;
    this.#segments = segments;
    this.#readings = readings;
    readings.forEach(({ operand }, r) => {
      if (!this.#numberOf.has(operand)) this.#numberOf.set(operand, r);
    });
    this.#sums = [...readings.map(({ offset }) => [offset]), []];
    this.#lanes = this.#sums.map(() => 1);
  }

  /** Writes what depends on one segment's counter; to be called, in order, where that counter is known. */
  prepare(segment: number): void {
    const { dims, index } = this.#segments[segment] as Segment;
    const first = sizeOfRanks(this.#segments.slice(0, segment));
    const later = this.#segments.slice(segment + 1);
    const strides = this.#readings.map((reading) =>
      reading.strides.slice(first, first + dims.length),
    );
    const walked = new Walks(this.#words, dims, strides).at(index, this.#text);
    const tail = sizeOf(later.flatMap((next) => next.dims));
    const whole = tail === 1 ? index.text : `${index.text} * ${this.#words.number(tail)}`;
    for (let r = 0; r < this.#sums.length; r++) {
      const isWhole = r === this.#readings.length;
      const { terms, lanes } = isWhole
        ? { terms: [whole], lanes: index.lanes }
        : (walked[r] ?? { terms: [], lanes: 1 as const });
      const sum = this.#sums[r] as string[];
      sum.push(...terms);
      if (lanes === 4) this.#lanes[r] = 4;
      if (later.length === 0 || sum.length === 1) continue;
      this.#sums[r] = [this.#text.let(sum.join(" + "), this.#lanes[r] as Lanes, "i").text];
    }
  }

  /** The index that a view's read of this position has in the value. */
  read(operand: KernelOperand): WgslValue {
    return this.#value(this.#numberOf.get(operand) ?? -1);
  }

  /** The flat, row-major index. */
  whole(): WgslValue {
    return this.#value(this.#readings.length);
  }

  #value(r: number): WgslValue {
    const sum = this.#sums[r] as string[];
    const lanes = this.#lanes[r] as Lanes;
    const [only] = sum;
    if (sum.length === 1 && /^\w+$/.test(only as string)) return { text: only as string, lanes };
    return this.#text.once(`${this.id}.${r}`, () => this.#text.let(sum.join(" + "), lanes, "i"));
  }
}

const sizeOfRanks = (segments: readonly Segment[]): number =>
  segments.reduce((rank, { dims }) => rank + dims.length, 0);
