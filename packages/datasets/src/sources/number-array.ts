/** A row-major array of numbers with a shape, as in IDX and npy files. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data:
    | Uint8Array
    | Int8Array
    | Uint16Array
    | Int16Array
    | Uint32Array
    | Int32Array
    | Float32Array
    | Float64Array;
}
