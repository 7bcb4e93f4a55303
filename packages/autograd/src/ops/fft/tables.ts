import { type DType, newArray, type TypedArray } from "../../dtype.ts";
import type { Stream } from "../../graph/context.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { hostTensor } from "../core/creation.ts";

/** The sign in the exponent: −1 forward, +1 inverse. */
export type Direction = -1 | 1;

/** The most elements of tables that a device keeps. Beyond that, the oldest tables are freed. */
const KEPT = 2 ** 22;

interface Kept {
  readonly tables: Map<string, Tensor>;
  numbers: number;
}

const kept = new WeakMap<Stream, Kept>();

/**
 * A table of numbers that depends on `name` only. It is computed once, in f64, and kept on the
 * device.
 */
function table(
  name: string,
  shape: Shape,
  { dtype, node: { stream } }: Tensor,
  fill: (values: Float64Array) => void,
): Tensor {
  const own = kept.get(stream) ?? { tables: new Map(), numbers: 0 };
  kept.set(stream, own);
  const key = `${dtype} ${name}`;
  const known = own.tables.get(key);
  if (known !== undefined) return known;
  const made = hostTensor(inType(shape, dtype, fill), shape, dtype, stream);
  own.tables.set(key, made);
  own.numbers += made.numel();
  for (const [oldest, { shape: gone }] of own.tables) {
    if (own.numbers <= KEPT || oldest === key) break;
    own.tables.delete(oldest);
    own.numbers -= sizeOf(gone);
  }
  return made;
}

function inType(shape: Shape, dtype: DType, fill: (values: Float64Array) => void): TypedArray {
  const values = new Float64Array(sizeOf(shape));
  fill(values);
  const made = newArray("fft", dtype, values.length);
  made.set(values);
  return made;
}

/** e^(2πi · turns/of), exact at multiples of a quarter turn. */
function unit(turns: number, of: number): readonly [cos: number, sin: number] {
  const eighths = (8 * (((turns % of) + of) % of)) / of;
  const quarter = Math.round(eighths / 2) % 4;
  const rest = ((eighths - 2 * Math.round(eighths / 2)) * Math.PI) / 4;
  const [c, s] = [Math.cos(rest), Math.sin(rest)];
  if (quarter === 0) return [c, s];
  if (quarter === 1) return [-s, c];
  return quarter === 2 ? [-c, -s] : [s, -c];
}

/**
 * The transform of r numbers as a real matrix: [parts out, r, parts in, r]. Real input has one
 * part, and
 * so has real output.
 */
export function matrixOf(
  r: number,
  sign: Direction,
  into: 1 | 2,
  out: 1 | 2,
  like: Tensor,
): Tensor {
  return table(`dft ${r} ${sign} ${into} ${out}`, [out, r, into, r], like, (values) => {
    let at = 0;
    for (let d = 0; d < out; d++) {
      for (let k = 0; k < r; k++) {
        for (let c = 0; c < into; c++) {
          for (let n = 0; n < r; n++) {
            const [cos, sin] = unit(sign * k * n, r);
            values[at++] = c === d ? cos : d === 0 ? -sin : sin;
          }
        }
      }
    }
  });
}

/**
 * The twiddle factors between stages, e^(±2πi k m/N) for m < N/r and k < r: their cosines, and
 * their
 * sines with the sign of each part.
 */
export function twiddles(
  n: number,
  r: number,
  sign: Direction,
  like: Tensor,
): { cos: Tensor; sin: Tensor } {
  const m = n / r;
  const fill = (part: 0 | 1, factor: number, values: Float64Array, from: number): void => {
    for (let j = 0; j < m; j++) {
      for (let k = 0; k < r; k++) values[from + j * r + k] = factor * unit(sign * j * k, n)[part];
    }
  };
  const cos = table(`cos ${n} ${r}`, [m, 1, r, 1], like, (values) => fill(0, 1, values, 0));
  const sin = table(`sin ${n} ${r} ${sign}`, [2, m, 1, r, 1], like, (values) => {
    fill(1, -1, values, 0);
    fill(1, 1, values, n);
  });
  return { cos, sin };
}

/** The chirp e^(±πi n²/N) for n < N, [N, 2]. */
export function chirp(n: number, sign: Direction, like: Tensor): Tensor {
  return table(`chirp ${n} ${sign}`, [n, 2], like, (values) => {
    for (let j = 0; j < n; j++) values.set(chirpAt(j, n, sign), 2 * j);
  });
}

const chirpAt = (j: number, n: number, sign: Direction) => unit((sign * (j * j)) % (2 * n), 2 * n);

/**
 * The transform of the chirp that is convolved with another: [size, 2], divided by size. The size
 * is a
 * power of 2.
 */
export function chirpFilter(n: number, size: number, sign: Direction, like: Tensor): Tensor {
  return table(`filter ${n} ${sign}`, [size, 2], like, (values) => {
    const [re, im] = [new Float64Array(size), new Float64Array(size)];
    for (let j = 0; j < n; j++) {
      const [c, s] = chirpAt(j, n, sign);
      for (const place of j === 0 ? [0] : [j, size - j]) [re[place], im[place]] = [c, -s];
    }
    transformOnHost(re, im);
    for (let k = 0; k < size; k++) {
      values[2 * k] = (re[k] as number) / size;
      values[2 * k + 1] = (im[k] as number) / size;
    }
  });
}

/** The forward transform in place, for a size that is a power of 2 (Cooley & Tukey 1965). */
function transformOnHost(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [re[i], re[j]] = [re[j] as number, re[i] as number];
    [im[i], im[j]] = [im[j] as number, im[i] as number];
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const [c, s] = unit(-k, size);
      for (let a = k; a < n; a += size) {
        const b = a + size / 2;
        const [x, y] = [re[b] as number, im[b] as number];
        const [u, v] = [x * c - y * s, x * s + y * c];
        [re[b], im[b]] = [(re[a] as number) - u, (im[a] as number) - v];
        [re[a], im[a]] = [(re[a] as number) + u, (im[a] as number) + v];
      }
    }
  }
}
