import { type DType, isFloating } from "../../dtype.ts";

/** A word that a dynamic number is written into before a run. */
export interface ParameterWord {
  readonly word: number;
  readonly parameter: number;
  readonly dtype: DType;
  /** Of the number only ⌊number / stride⌋ mod size is written: its digit along an axis. */
  readonly digit?: { readonly stride: number; readonly size: number };
}

/**
 * The one uniform block of a kernel: sizes, strides and dynamic numbers, so that the shader's text depends on the
 * structure of the work alone and few pipelines serve many shapes.
 */
export class Words {
  readonly fixed: number[] = [];
  readonly parameters: ParameterWord[] = [];
  readonly #dtypes: readonly DType[];
  readonly #placed = new Map<number, number>();
  readonly #digits = new Map<string, number>();

  constructor(dtypes: readonly DType[]) {
    this.#dtypes = dtypes;
  }

  /** A u32 known now; a negative number wraps, as index arithmetic does. */
  number(value: number): string {
    this.fixed.push(value >>> 0);
    return access(this.fixed.length - 1);
  }

  /** A parameter as a value of its dtype. */
  parameter(parameter: number): string {
    const dtype = this.#dtypes[parameter] as DType;
    let word = this.#placed.get(parameter);
    if (word === undefined) {
      word = this.fixed.push(0) - 1;
      this.#placed.set(parameter, word);
      this.parameters.push({ word, parameter, dtype });
    }
    const text = access(word);
    if (isFloating(dtype)) return `bitcast<f32>(${text})`;
    if (dtype === "i32") return `bitcast<i32>(${text})`;
    return dtype === "bool" ? `(${text} != 0u)` : text;
  }

  /** The digit of a parameter (u32, an offset) along an axis: ⌊parameter / stride⌋ mod size. */
  digit(parameter: number, stride: number, size: number): string {
    const key = `${parameter} ${stride} ${size}`;
    let word = this.#digits.get(key);
    if (word === undefined) {
      word = this.fixed.push(0) - 1;
      this.#digits.set(key, word);
      this.parameters.push({ word, parameter, dtype: "u32", digit: { stride, size } });
    }
    return access(word);
  }

  /** Numbers at consecutive words from the next whole vector on, whose index it gives. */
  table(values: readonly number[]): number {
    while (this.fixed.length % 4 !== 0) this.fixed.push(0);
    const first = this.fixed.length / 4;
    this.fixed.push(...values);
    return first;
  }

  /** All of another block, parameters included; gives the vector it begins at. */
  append({ fixed, parameters }: Words): number {
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

const access = (word: number): string => `u[${word >> 2}].${"xyzw"[word & 3]}`;
