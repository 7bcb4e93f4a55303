import type { DType } from "../dtype.ts";
import { counted } from "../kernel/expression.ts";

/** A word of the block that a scalar of the run fills. */
export interface ParameterWord {
  readonly word: number;
  readonly parameter: number;
  readonly dtype: DType;
  /** If set, the word holds ⌊scalar / stride⌋ mod size: a coordinate along an axis. */
  readonly coordinate?: { readonly stride: number; readonly size: number };
}

/**
 * The uniform block of a kernel: sizes, strides and scalars of the run. Since code reads them from
 * the block, one pipeline serves many shapes.
 */
export class Uniforms {
  readonly fixed: number[] = [];
  readonly parameters: ParameterWord[] = [];
  readonly #dtypes: readonly DType[];
  readonly #placed = new Map<number, number>();
  readonly #coordinates = new Map<string, number>();

  /** Takes the dtypes of the kernel's parameters. */
  constructor(dtypes: readonly DType[]) {
    this.#dtypes = dtypes;
  }

  /** Adds a u32 and returns its word; a negative number wraps. Throws LimitError past 32 bits. */
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

  /** The word of ⌊parameter / stride⌋ mod size: the coordinate of an offset (u32) along an axis. */
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

  /** Appends numbers, from a whole vector on. Returns the index of that vector. */
  table(values: readonly number[]): number {
    while (this.fixed.length % 4 !== 0) this.fixed.push(0);
    const first = this.fixed.length / 4;
    this.fixed.push(...values.map(narrowed));
    return first;
  }

  /** Appends another block with its parameters. Returns the index of its first vector. */
  append({ fixed, parameters }: Uniforms): number {
    const first = this.table(fixed);
    for (const { word, ...rest } of parameters)
      this.parameters.push({ word: 4 * first + word, ...rest });
    return first;
  }

  /** Length of the block in vectors of four words. */
  get vectors(): number {
    return Math.max(1, Math.ceil(this.fixed.length / 4));
  }
}

/** The number as a word; a negative number wraps. */
const narrowed = (value: number): number => counted(value) >>> 0;

/** A kernel's finished uniform block. Its parameters are still 0. */
export interface UniformWords {
  readonly words: Uint32Array;
  readonly parameters: readonly ParameterWord[];
  readonly parameterCount: number;
}

interface Coordinate {
  readonly word: number;
  readonly parameter: number;
  readonly stride: number;
  readonly size: number;
}

/** The uniform blocks of a program's kernels in one array; each run writes its scalars there. */
export class UniformMemory {
  readonly bytes: ArrayBuffer;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;
  /** The word of each parameter; -1 if no kernel reads it. */
  readonly #places: number[] = [];
  readonly #dtypes: DType[] = [];
  readonly #coordinates: Coordinate[] = [];
  #written = false;

  constructor(size: number) {
    this.bytes = new ArrayBuffer(size);
    this.#words = new Uint32Array(this.bytes);
    this.#floats = new Float32Array(this.bytes);
  }

  /** Copies the next kernel's block to a byte offset. */
  add({ words, parameters, parameterCount }: UniformWords, offset: number): void {
    this.#words.set(words, offset / 4);
    const places = new Array<number>(parameterCount).fill(-1);
    const dtypes = new Array<DType>(parameterCount).fill("u32");
    for (const { word, parameter, dtype, coordinate } of parameters) {
      if (coordinate !== undefined) {
        const number = this.#places.length + parameter;
        this.#coordinates.push({ ...coordinate, word: offset / 4 + word, parameter: number });
        continue;
      }
      places[parameter] = offset / 4 + word;
      dtypes[parameter] = dtype;
    }
    this.#places.push(...places);
    this.#dtypes.push(...dtypes);
  }

  /** Writes the scalars of a run. Returns the range of bytes that changed, or null if none did. */
  set(params: ArrayLike<number>): { readonly offset: number; readonly size: number } | null {
    const words = this.#words;
    let first = this.#written ? words.length : 0;
    let last = this.#written ? -1 : words.length - 1;
    const changed = (word: number): void => {
      if (word < first) first = word;
      if (word > last) last = word;
    };
    for (let p = 0; p < this.#places.length; p++) {
      const word = this.#places[p] as number;
      if (word < 0) continue;
      const before = words[word];
      const value = params[p] as number;
      const dtype = this.#dtypes[p];
      if (dtype === "f32" || dtype === "f16") this.#floats[word] = value;
      else if (dtype === "bool") words[word] = value === 0 ? 0 : 1;
      else words[word] = value;
      if (words[word] !== before) changed(word);
    }
    for (const { word, parameter, stride, size } of this.#coordinates) {
      const value = Math.floor((params[parameter] as number) / stride) % size;
      if (words[word] === value) continue;
      words[word] = value;
      changed(word);
    }
    this.#written = true;
    return last < first ? null : { offset: first * 4, size: (last - first + 1) * 4 };
  }
}
