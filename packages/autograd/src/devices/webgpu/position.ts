import type { Lanes, WgslText, WgslValue } from "../../kernel/wgsl.ts";
import { sizeOf } from "../../shape.ts";
import type { KernelOperand } from "../device.ts";
import type { Words } from "./words.ts";

/** Consecutive dimensions that one counter runs over. */
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

interface Axis {
  size: number;
  /** One stride a reading. */
  strides: number[];
}

/**
 * A place in a shape where elements are evaluated: one counter for a segment of dimensions. Dimensions that all reads walk
 * alike are merged first, so that a coordinate is divided out only where a view needs it.
 */
export class Position {
  readonly id: string;
  readonly quad: string | null;
  readonly #words: Words;
  readonly #text: WgslText;
  readonly #segments: readonly Segment[];
  readonly #readings: readonly Reading[];
  readonly #axes: Axis[][];
  /** Σ of the segments prepared so far, one a reading and the whole last. */
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
    let first = 0;
    this.#axes = segments.map(({ dims }) => {
      const axes = dims.map((size, i) => ({
        size,
        strides: readings.map(({ strides }) => strides[first + i] as number),
      }));
      first += dims.length;
      return merge(axes);
    });
    this.#sums = [...readings.map(({ offset }) => [offset]), []];
    this.#lanes = this.#sums.map(() => 1);
  }

  /** Writes what depends on one segment's counter; to be called, in order, where that counter is known. */
  prepare(segment: number): void {
    const { index } = this.#segments[segment] as Segment;
    const axes = this.#axes[segment] as Axis[];
    const later = this.#segments.slice(segment + 1);
    const coordinates = this.#coordinates(axes, index);
    for (let r = 0; r < this.#sums.length; r++) {
      const sum = this.#sums[r] as string[];
      const terms =
        r < this.#readings.length
          ? axes.map((axis, d) => ({ at: coordinates[d], stride: axis.strides[r] as number }))
          : [{ at: index, stride: sizeOf(later.flatMap(({ dims }) => dims)) }];
      for (const { at, stride } of terms) {
        if (!at || stride === 0) continue;
        sum.push(stride === 1 ? at.text : `${at.text} * ${this.#words.number(stride)}`);
        if (at.lanes === 4) this.#lanes[r] = 4;
      }
      if (sum.length === 0) sum.push("0u");
      if (later.length === 0 || sum.length === 1) continue;
      this.#sums[r] = [this.#text.let(sum.join(" + "), this.#lanes[r] as Lanes, "i").text];
    }
  }

  /** The index that a view's read of this position has in the value. */
  read(operand: KernelOperand): WgslValue {
    return this.#value(this.#readings.findIndex((reading) => reading.operand === operand));
  }

  /** The flat, row-major index. */
  whole(): WgslValue {
    return this.#value(this.#readings.length);
  }

  #value(r: number): WgslValue {
    const sum = this.#sums[r] as string[];
    const lanes = this.#lanes[r] as Lanes;
    if (sum.length === 1 && /^\w+$/.test(sum[0] as string))
      return { text: sum[0] as string, lanes };
    return this.#text.once(`${this.id}.${r}`, () => this.#text.let(sum.join(" + "), lanes, "i"));
  }

  /** The coordinates that some read needs, from the last dimension to the first. */
  #coordinates(axes: readonly Axis[], index: WgslValue): (WgslValue | null)[] {
    const coordinates: (WgslValue | null)[] = axes.map(() => null);
    let rest = index;
    let skipped = 1;
    for (let d = axes.length - 1; d >= 0; d--) {
      const { size, strides } = axes[d] as Axis;
      if (strides.every((stride) => stride === 0)) {
        skipped *= size;
        continue;
      }
      if (skipped !== 1) {
        rest = this.#text.let(`${rest.text} / ${this.#words.number(skipped)}`, index.lanes, "q");
        skipped = 1;
      }
      if (d === 0) {
        coordinates[d] = rest;
        break;
      }
      const n = this.#words.number(size);
      const quotient = this.#text.let(`${rest.text} / ${n}`, index.lanes, "q");
      coordinates[d] = this.#text.let(`${rest.text} - ${quotient.text} * ${n}`, index.lanes, "c");
      rest = quotient;
    }
    return coordinates;
  }
}

/** Drops dimensions of one element and joins neighbours that every read walks as one. */
function merge(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const before = merged.at(-1);
    const joins = before?.strides.every(
      (stride, r) => stride === (axis.strides[r] as number) * axis.size,
    );
    if (before !== undefined && joins) {
      before.size *= axis.size;
      before.strides = axis.strides;
    } else merged.push({ size: axis.size, strides: [...axis.strides] });
  }
  return merged;
}
