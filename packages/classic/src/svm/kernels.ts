import { cdist, noGrad, type Tensor } from "@wgrad/autograd";
import type { Matrix } from "../estimator/input.ts";
import { choice, either, positive, real, type Schema, whole } from "../estimator/settings.ts";

/** Settings of kernels, with scikit-learn's defaults. */
export interface KernelParams {
  /** K(a, b): a·b, (γ a·b + c)^degree, exp(−γ ‖a − b‖²), or tanh(γ a·b + c) (default "rbf"). */
  readonly kernel: "linear" | "poly" | "rbf" | "sigmoid";
  /** γ; "scale": 1 / (features · variance of x), "auto": 1 / features (default "scale"). */
  readonly gamma: number | "scale" | "auto";
  /** c (default 0). */
  readonly coef0: number;
  /** The degree of "poly" (default 3). */
  readonly degree: number;
}

/** The settings of kernels and their rules. */
export const kernelSchema: Schema<KernelParams> = {
  kernel: ["rbf", choice("linear", "poly", "rbf", "sigmoid")],
  gamma: ["scale", either(positive, choice("scale", "auto"))],
  coef0: [0, real()],
  degree: [3, whole(0)],
};

/** A kernel and its parameters. */
export interface Kernel {
  readonly kind: KernelParams["kernel"];
  readonly gamma: number;
  readonly coef0: number;
  readonly degree: number;
}

/** The kernel for the settings, with γ computed from the training rows. */
export function kernelOf(
  { kernel, gamma, coef0, degree }: KernelParams,
  { data, width }: Matrix,
): Kernel {
  const kind = kernel;
  if (typeof gamma === "number") return { kind, gamma, coef0, degree };
  if (gamma === "auto") return { kind, gamma: 1 / width, coef0, degree };
  let sum = 0;
  for (const value of data) sum += value;
  const mean = sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - mean) ** 2;
  const variance = squares / data.length;
  return { kind, gamma: variance === 0 ? 1 : 1 / (width * variance), coef0, degree };
}

/** The kernel of rows of x with rows of `known`: [rows, known]. */
export function kernelMatrix(
  x: Tensor,
  known: Tensor,
  { kind, gamma, coef0, degree }: Kernel,
): Tensor {
  return noGrad(() => {
    if (kind === "rbf") return cdist(x, known).square().mul(-gamma).exp();
    const products = x.matmul(known.t());
    if (kind === "linear") return products;
    const scaled = products.mul(gamma).add(coef0);
    return kind === "poly" ? scaled.pow(degree) : scaled.tanh();
  });
}

/** Rows of the kernel matrix on the host in f64, computed on demand; the latest are cached. */
export class KernelRows {
  readonly #data: Float32Array | Float64Array;
  readonly #rows: number;
  readonly #width: number;
  readonly #kernel: Kernel;
  readonly #squares: Float64Array;
  readonly #cache = new Map<number, Float64Array>();
  readonly #most: number;

  constructor({ data, rows, width }: Matrix, kernel: Kernel) {
    this.#data = data;
    this.#rows = rows;
    this.#width = width;
    this.#kernel = kernel;
    this.#squares = Float64Array.from({ length: rows }, (_, i) => this.#dot(i, i));
    this.#most = Math.max(2, Math.floor(CACHE / (8 * rows)));
  }

  /** The kernel of a row with itself. */
  diagonal(row: number): number {
    return this.#value(row, row);
  }

  /** The kernel of a row with all rows. */
  row(row: number): Float64Array {
    const known = this.#cache.get(row);
    if (known !== undefined) {
      this.#cache.delete(row);
      this.#cache.set(row, known);
      return known;
    }
    const made = new Float64Array(this.#rows);
    for (let i = 0; i < this.#rows; i++) made[i] = this.#value(row, i);
    if (this.#cache.size >= this.#most) {
      this.#cache.delete(this.#cache.keys().next().value as number);
    }
    this.#cache.set(row, made);
    return made;
  }

  #value(a: number, b: number): number {
    const { kind, gamma, coef0, degree } = this.#kernel;
    const product = this.#dot(a, b);
    if (kind === "linear") return product;
    if (kind === "rbf") {
      const far = (this.#squares[a] as number) + (this.#squares[b] as number) - 2 * product;
      return Math.exp(-gamma * Math.max(0, far));
    }
    const scaled = gamma * product + coef0;
    return kind === "poly" ? scaled ** degree : Math.tanh(scaled);
  }

  #dot(a: number, b: number): number {
    const data = this.#data;
    const width = this.#width;
    let sum = 0;
    for (let j = 0; j < width; j++) {
      sum += (data[a * width + j] as number) * (data[b * width + j] as number);
    }
    return sum;
  }
}

/** Bytes of the cache. */
const CACHE = 2 ** 28;
