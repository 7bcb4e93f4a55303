import { type DType, isFloating } from "../../../dtype.ts";
import { LimitError } from "../../../errors.ts";

/** A word that a number of the run is written into. */
export interface ParameterWord {
  readonly word: number;
  readonly parameter: number;
  readonly dtype: DType;
  /** Of the number only ⌊number / stride⌋ mod size is written: its coordinate along an axis. */
  readonly coordinate?: { readonly stride: number; readonly size: number };
}

/**
 * The one uniform block of a kernel: sizes, strides and numbers of the run, so that the shader's text depends on the
 * structure of the work alone and few pipelines serve many shapes.
 */
export class Uniforms {
  readonly fixed: number[] = [];
  readonly parameters: ParameterWord[] = [];
  readonly #dtypes: readonly DType[];
  readonly #placed = new Map<number, number>();
  readonly #coordinates = new Map<string, number>();

  /** Dtypes of the kernel's parameters. */
  constructor(dtypes: readonly DType[]) {
    this.#dtypes = dtypes;
  }

  /** The word of a u32 known now; a negative number wraps, as index arithmetic does. Throws LimitError past 32 bits. */
  number(value: number): number {
    return this.fixed.push(narrowed(value)) - 1;
  }

  /** The word of a parameter. */
  parameter(parameter: number): number {
    let word = this.#placed.get(parameter);
    if (word === undefined) {
      word = this.fixed.push(0) - 1;
      this.#placed.set(parameter, word);
      const dtype = this.#dtypes[parameter] as DType;
      this.parameters.push({ word, parameter, dtype });
    }
    return word;
  }

  /** The word of a parameter's coordinate (it is an offset, u32) along an axis: ⌊parameter / stride⌋ mod size. */
  coordinate(parameter: number, stride: number, size: number): number {
    const key = `${parameter} ${stride} ${size}`;
    let word = this.#coordinates.get(key);
    if (word === undefined) {
      word = this.fixed.push(0) - 1;
      this.#coordinates.set(key, word);
      this.parameters.push({ word, parameter, dtype: "u32", coordinate: { stride, size } });
    }
    return word;
  }

  /** Numbers at consecutive words from the next whole vector on, whose index it gives. */
  table(values: readonly number[]): number {
    while (this.fixed.length % 4 !== 0) this.fixed.push(0);
    const first = this.fixed.length / 4;
    this.fixed.push(...values.map(narrowed));
    return first;
  }

  /** All of another block, parameters included; gives the vector it begins at. */
  append({ fixed, parameters }: Uniforms): number {
    const first = this.table(fixed);
    for (const { word, ...rest } of parameters)
      this.parameters.push({ word: 4 * first + word, ...rest });
    return first;
  }

  /** Vectors of four words, as the declaration counts them. */
  get vectors(): number {
    return Math.max(1, Math.ceil(this.fixed.length / 4));
  }
}

/** What a word holds, as a value of the dtype. */
export function asType(word: string, dtype: DType): string {
  if (isFloating(dtype)) return `bitcast<f32>(${word})`;
  if (dtype === "i32") return `bitcast<i32>(${word})`;
  return dtype === "bool" ? `(${word} != 0u)` : word;
}

/** Shaders count in 32 bits. */
function narrowed(value: number): number {
  if (value <= 0xffffffff) return value >>> 0;
  throw new LimitError(
    `a kernel on WebGPU counts up to ${0xffffffff} elements, not ${value}` +
      "\n  hint: reduce one dimension after the other, or in parts",
  );
}
