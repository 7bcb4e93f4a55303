import {
  ArgumentError,
  type DrawOptions,
  defaultGenerator,
  Generator,
  linalg,
  noGrad,
  ShapeError,
  sign,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/**
 * Whether to count the inputs of an output ("fan_in") or the outputs that an input feeds
 * ("fan_out").
 */
export type FanMode = "fan_in" | "fan_out";

/** Settings of Kaiming's initialisers. */
export interface KaimingOptions extends DrawOptions {
  /** Negative slope of the leaky ReLU that follows. */
  readonly a?: number;
  readonly mode?: FanMode;
  readonly nonlinearity?: string;
}

/** Settings of Xavier and orthogonal initialisation. */
export interface GainOptions extends DrawOptions {
  /** Factor of the standard deviation. */
  readonly gain?: number;
}

/**
 * The gain that preserves the variance through a nonlinearity; `param` is the negative slope of a
 * leaky ReLU.
 */
export function calculateGain(nonlinearity: string, param: number | null = null): number {
  checkCall("calculateGain(nonlinearity: string, param?: null | number)", arguments);
  const name = nonlinearity.replace(/_/g, "").toLowerCase();
  if (/^(linear|sigmoid|conv(transpose)?[123]d)$/.test(name)) return 1;
  if (name === "tanh") return 5 / 3;
  if (name === "relu") return Math.SQRT2;
  if (name === "leakyrelu") return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  if (name === "selu") return 3 / 4;
  throw new ArgumentError(
    `calculateGain: unknown nonlinearity ${JSON.stringify(nonlinearity)}` +
      '\n  hint: "linear", "sigmoid", "tanh", "relu", "leaky_relu" or "selu"',
  );
}

/** [fan in, fan out] of a weight [out, in, …]. */
export function calculateFanInAndFanOut(x: Tensor): [number, number] {
  checkCall("calculateFanInAndFanOut(x)", arguments);
  const { shape } = x;
  if (shape.length < 2) {
    throw new ShapeError(
      `calculateFanInAndFanOut: needs 2 dimensions or more\n  tensor: [${shape.join(", ")}]`,
    );
  }
  const [out, into, ...field] = shape as [number, number, ...number[]];
  const size = field.reduce((a, b) => a * b, 1);
  return [into * size, out * size];
}

/**
 * Fills the tensor from the uniform distribution on [a, b). Returns the tensor, like all functions
 * here.
 */
export function uniform_(
  x: Tensor,
  options: DrawOptions & { readonly a?: number; readonly b?: number } = {},
): Tensor {
  checkCall("uniform_(x, { a: number, b: number, generator })", arguments);
  const { a = 0, b = 1, ...draw } = options;
  return noGrad(() => x.uniform_(a, b, draw));
}

/** Fills the tensor from a normal distribution. */
export function normal_(
  x: Tensor,
  options: DrawOptions & { readonly mean?: number; readonly std?: number } = {},
): Tensor {
  checkCall("normal_(x, { mean: number, std: number, generator })", arguments);
  const { mean = 0, std = 1, ...draw } = options;
  return noGrad(() => x.normal_(mean, std, draw));
}

/** Fills the tensor with one value. */
export function constant_(x: Tensor, val: number | { readonly val: number }): Tensor {
  checkCall("constant_(x, val?: number, { val: number })", arguments);
  const value = typeof val === "object" ? val.val : val;
  if (value === undefined) throw new ArgumentError("constant_: val is missing");
  return noGrad(() => x.fill_(value));
}

/** Fills the tensor with ones. */
export function ones_(x: Tensor): Tensor {
  checkCall("ones_(x)", arguments);
  return constant_(x, 1);
}

/** Fills the tensor with zeros. */
export function zeros_(x: Tensor): Tensor {
  checkCall("zeros_(x)", arguments);
  return constant_(x, 0);
}

/** Fills the matrix with 1 on the diagonal and 0 elsewhere. */
export function eye_(x: Tensor): Tensor {
  checkCall("eye_(x)", arguments);
  const [rows, columns] = x.shape as readonly [number, number];
  if (x.shape.length !== 2) {
    throw new ShapeError(`eye_: needs a matrix\n  tensor: [${x.shape.join(", ")}]`);
  }
  return filled(x, (out) => {
    for (let i = 0; i < Math.min(rows, columns); i++) out[i * columns + i] = 1;
  });
}

/**
 * Makes the weight of a convolution [out, in, …] an identity: in each of `groups` it passes on as
 * many channels as possible.
 */
export function dirac_(x: Tensor, options: { readonly groups?: number } = {}): Tensor {
  checkCall("dirac_(x, { groups: number })", arguments);
  const { groups = 1 } = options;
  const [out, into, ...field] = x.shape as [number, number, ...number[]];
  if (x.shape.length < 3 || x.shape.length > 5 || out % groups !== 0) {
    throw new ShapeError(
      `dirac_: needs the weight of a convolution whose first size is a multiple of ${groups} groups\n  tensor: [${x.shape.join(", ")}]`,
    );
  }
  const size = field.reduce((a, b) => a * b, 1);
  const centre = field.reduce((at, width) => at * width + Math.floor(width / 2), 0);
  return filled(x, (values) => {
    for (let group = 0; group < groups; group++) {
      for (let d = 0; d < Math.min(out / groups, into); d++) {
        values[((group * out) / groups + d) * into * size + d * size + centre] = 1;
      }
    }
  });
}

/** Uniform on ±gain √(6 / (fan in + fan out)).  Glorot & Bengio 2010. */
export function xavierUniform_(x: Tensor, options: GainOptions = {}): Tensor {
  checkCall("xavierUniform_(x, { gain: number, generator })", arguments);
  const { gain = 1, ...draw } = options;
  const [fanIn, fanOut] = calculateFanInAndFanOut(x);
  const bound = Math.sqrt(3) * gain * Math.sqrt(2 / (fanIn + fanOut));
  return uniform_(x, { a: -bound, b: bound, ...draw });
}

/** Normal with standard deviation gain √(2 / (fan in + fan out)).  Glorot & Bengio 2010. */
export function xavierNormal_(x: Tensor, options: GainOptions = {}): Tensor {
  checkCall("xavierNormal_(x, { gain: number, generator })", arguments);
  const { gain = 1, ...draw } = options;
  const [fanIn, fanOut] = calculateFanInAndFanOut(x);
  return normal_(x, { std: gain * Math.sqrt(2 / (fanIn + fanOut)), ...draw });
}

/** Uniform on ±gain √(3 / fan).  He et al. 2015. */
export function kaimingUniform_(x: Tensor, options: KaimingOptions = {}): Tensor {
  checkCall(
    'kaimingUniform_(x, { a: number, mode: "fan_in" | "fan_out", nonlinearity: string, generator })',
    arguments,
  );
  const bound = Math.sqrt(3) * kaimingSpread(x, options);
  return uniform_(x, { a: -bound, b: bound, generator: options.generator });
}

/** Normal with standard deviation gain / √fan.  He et al. 2015. */
export function kaimingNormal_(x: Tensor, options: KaimingOptions = {}): Tensor {
  checkCall(
    'kaimingNormal_(x, { a: number, mode: "fan_in" | "fan_out", nonlinearity: string, generator })',
    arguments,
  );
  return normal_(x, { std: kaimingSpread(x, options), generator: options.generator });
}

function kaimingSpread(
  x: Tensor,
  { a = 0, mode = "fan_in", nonlinearity = "leaky_relu" }: KaimingOptions,
): number {
  if (mode !== "fan_in" && mode !== "fan_out") {
    throw new ArgumentError(
      `kaiming: unknown mode ${JSON.stringify(mode)}\n  hint: "fan_in" or "fan_out"`,
    );
  }
  const fan = calculateFanInAndFanOut(x)[mode === "fan_in" ? 0 : 1];
  return calculateGain(nonlinearity, a) / Math.sqrt(fan);
}

/** Settings of the truncated normal initialiser. */
export interface TruncNormalOptions extends DrawOptions {
  readonly mean?: number;
  readonly std?: number;
  /** Least and greatest value (default −2 and 2). */
  readonly a?: number;
  readonly b?: number;
}

/** Normal distribution truncated to [a, b], drawn by inversion of the distribution function. */
export function truncNormal_(x: Tensor, options: TruncNormalOptions = {}): Tensor {
  checkCall(
    "truncNormal_(x, { mean: number, std: number, a: number, b: number, generator })",
    arguments,
  );
  const { mean = 0, std = 1, a = -2, b = 2, generator } = options;
  const below = (value: number): number =>
    (1 + errorFunction((value - mean) / std / Math.SQRT2)) / 2;
  const [low, high] = [2 * below(a) - 1, 2 * below(b) - 1];
  return filled(x, (out) => {
    hostGenerator("truncNormal_", generator).uniform(out, low, high);
    for (let i = 0; i < out.length; i++) {
      const value = inverseErrorFunction(out[i] as number) * std * Math.SQRT2 + mean;
      out[i] = Math.min(Math.max(value, a), b);
    }
  });
}

/**
 * Orthonormal rows or columns (whichever are fewer), times gain: the Q factor of a normal matrix
 * [rows, product of the other sizes].  Saxe et al. 2013.
 */
export function orthogonal_(x: Tensor, options: GainOptions = {}): Tensor {
  checkCall("orthogonal_(x, { gain: number, generator })", arguments);
  const { gain = 1, generator } = options;
  if (x.shape.length < 2) {
    throw new ShapeError(
      `orthogonal_: needs 2 dimensions or more\n  tensor: [${x.shape.join(", ")}]`,
    );
  }
  if (x.numel() === 0) return x;
  return noGrad(() => {
    const rows = x.shape[0] as number;
    const matrix = x.detach().clone().normal_(0, 1, { generator }).reshape([rows, -1]);
    const wide = rows < (matrix.shape[1] as number);
    const { Q, R } = linalg.qr(wide ? matrix.t() : matrix);
    const q = Q.mul(sign(R.diagonal()));
    return x.copy_((wide ? q.t() : q).reshape(x.shape).mul(gain));
  });
}

/** Normal, with a fraction `sparsity` of zeros in every column of a matrix.  Martens 2010. */
export function sparse_(
  x: Tensor,
  options: DrawOptions & { readonly sparsity: number; readonly std?: number },
): Tensor {
  checkCall("sparse_(x, { sparsity!: number, std: number, generator })", arguments);
  const { sparsity, std = 0.01, generator } = options;
  const [rows, columns] = x.shape as readonly [number, number];
  if (x.shape.length !== 2) {
    throw new ShapeError(`sparse_: needs a matrix\n  tensor: [${x.shape.join(", ")}]`);
  }
  const zeros = Math.ceil(sparsity * rows);
  const draws = hostGenerator("sparse_", generator);
  return filled(x, (out) => {
    draws.normal(out, 0, std);
    for (let column = 0; column < columns; column++) {
      for (const row of draws.permutation(rows).subarray(0, zeros)) out[row * columns + column] = 0;
    }
  });
}

/** Writes values that are computed on the host, starting from zeros. */
function filled(x: Tensor, write: (out: Float32Array | Float64Array) => void): Tensor {
  const values = x.dtype === "f64" ? new Float64Array(x.numel()) : new Float32Array(x.numel());
  write(values);
  return noGrad(() => x.copy_(tensor(values, { shape: x.shape, dtype: x.dtype })));
}

function hostGenerator(call: string, generator: DrawOptions["generator"]): Generator {
  if (generator === undefined) return defaultGenerator();
  if (generator instanceof Generator) return generator;
  throw new ArgumentError(
    `${call}: draws on the host, so it cannot use a random key\n  hint: pass a Generator, or nothing`,
  );
}

/** erf x = 2/√π ∫₀ˣ e^(−t²) dt: a series near 0, a continued fraction elsewhere. */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (size + fraction);
    return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction));
  }
  let [term, total] = [x, x];
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(total); k++) {
    term *= (-x * x) / k;
    total += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

/** erf⁻¹: a first approximation (Winitzki 2008), refined by Newton's method. */
function inverseErrorFunction(y: number): number {
  if (Math.abs(y) >= 1) return Math.sign(y) * Number.POSITIVE_INFINITY;
  const log = Math.log(1 - y * y);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let i = 0; i < 3; i++) {
    x -= (errorFunction(x) - y) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return x;
}
