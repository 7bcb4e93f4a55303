import { isFloating, largestWhole, newArray, type TypedArray } from "../../dtype.ts";
import { ArgumentError, DTypeError, detail, ShapeError } from "../../errors.ts";
import { Handle } from "../../graph/handle.ts";
import { binomialNumber, poissonNumber } from "../../random/counts.ts";
import type { FloatArray, Generator } from "../../random/generator.ts";
import { read } from "../../runtime/read.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite, noGrad } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, trueDivide } from "../math/arithmetic.ts";
import { argmax } from "../math/reduction.ts";
import { cumsum } from "../math/scan.ts";
import { searchsorted } from "../math/searching.ts";
import { topk } from "../math/sorting.ts";
import { expand, sum } from "../shape/broadcast.ts";
import { narrow } from "../shape/movement.ts";
import { checkTensor } from "./apply.ts";
import { cat } from "./assembly.ts";
import { checkedFractions } from "./bounds.ts";
import { cast, checkFloating, constant } from "./constant.ts";
import { fromHost, hostTensor } from "./creation.ts";
import { copy_ } from "./inplace.ts";
import {
  bernoulli,
  type DrawOptions,
  draw,
  drawn,
  floatingType,
  hostGenerator,
  type RandomOptions,
  randint,
  randn,
} from "./random.ts";

/** Uniform numbers of 53 bits in [0, 1), one after another. */
const fractionsOf = (generator: Generator): (() => number) => {
  const one = new Float64Array(1);
  return () => generator.uniform(one)[0] as number;
};

/** x ← one draw of `next` per element, in row-major order. */
function fillWith(
  call: string,
  x: Tensor,
  options: DrawOptions,
  next: (fraction: () => number, generator: Generator) => number,
): Tensor {
  checkTensor(call, x);
  const generator = hostGenerator(call, options.generator);
  const fraction = fractionsOf(generator);
  const values = drawn(call, x.shape, (all) => {
    const out = newArray(call, x.dtype, sizeOf(all));
    for (let i = 0; i < out.length; i++) out[i] = next(fraction, generator);
    return fromHost(out, all, x.dtype, { device: x });
  });
  return copy_(x, values);
}

function checkAbove(call: string, name: string, value: number, least = 0): void {
  if (!(value > least))
    throw new ArgumentError(`${call}: ${name} must be greater than ${least}, got ${value}`);
}

/** x ← samples of the exponential distribution with the density λ e^(−λx). */
export function exponential_(x: Tensor, lambd = 1, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("exponential_(x, lambd?: number, { generator })", arguments);
  checkTensor("exponential_", x);
  checkFloating("exponential_", x);
  checkAbove("exponential_", "lambd", lambd);
  return fillWith("exponential_", x, options, (fraction) => (-1 / lambd) * Math.log1p(-fraction()));
}

/**
 * x ← samples of the geometric distribution: the number of trials up to the first success, 1, 2, …
 */
export function geometric_(x: Tensor, p: number, options: DrawOptions = {}): Tensor {
  if (arguments.length > 2) checkCall("geometric_(x, p: number, { generator })", arguments);
  if (!(p > 0 && p < 1)) throw new ArgumentError(`geometric_: p must be between 0 and 1, got ${p}`);
  const each = Math.log1p(-p);
  return fillWith("geometric_", x, options, (fraction) => Math.ceil(Math.log(fraction()) / each));
}

/** x ← samples of the Cauchy distribution: median + sigma · tan π(u − ½). */
export function cauchy_(x: Tensor, median = 0, sigma = 1, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("cauchy_(x, median?: number, sigma?: number, { generator })", arguments);
  checkTensor("cauchy_", x);
  checkFloating("cauchy_", x);
  checkAbove("cauchy_", "sigma", sigma);
  return fillWith(
    "cauchy_",
    x,
    options,
    (fraction) => median + sigma * Math.tan(Math.PI * (fraction() - 0.5)),
  );
}

/**
 * x ← samples of the log-normal distribution: e^z for normal z with this mean and standard
 * deviation.
 */
export function logNormal_(x: Tensor, mean = 1, std = 2, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("logNormal_(x, mean?: number, std?: number, { generator })", arguments);
  checkTensor("logNormal_", x);
  checkFloating("logNormal_", x);
  checkAbove("logNormal_", "std", std);
  const one = new Float64Array(1);
  return fillWith("logNormal_", x, options, (_, generator) =>
    Math.exp(generator.normal(one, mean, std)[0] as number),
  );
}

/**
 * x ← integers in [from, to) or [0, to). Without bounds, from 0 to the largest integer that the
 * dtype
 * represents exactly.
 */
export function random_(
  x: Tensor,
  from?: number | null | DrawOptions,
  to?: number | null | DrawOptions,
  options: DrawOptions = {},
): Tensor {
  if (arguments.length > 1)
    checkCall(
      "random_(x, from?: number | options, to?: number | null | options, { generator })",
      arguments,
    );
  checkTensor("random_", x);
  const [first, second] = [from, to].filter((end) => typeof end === "number") as number[];
  const settings =
    [options, to, from].find(
      (one) => typeof one === "object" && one !== null && Object.keys(one).length > 0,
    ) ?? {};
  const [low, high] = second === undefined ? [0, first ?? span(x)] : [first as number, second];
  if (!(Number.isInteger(low) && Number.isInteger(high) && low < high && high - low <= 2 ** 32)) {
    throw new ArgumentError(`random_: there is no integer in [${low}, ${high})`);
  }
  return fillWith(
    "random_",
    x,
    settings as DrawOptions,
    (_, generator) => low + (generator.u32() % (high - low)),
  );
}

/** The number of integers from 0 on that a dtype represents exactly, at most 2³². */
function span({ dtype }: Tensor): number {
  if (dtype === "bool") return 2;
  if (dtype === "f16") return 2 ** 11 + 1;
  if (dtype === "f32") return 2 ** 24 + 1;
  return Math.min(largestWhole(dtype) + 1, 2 ** 32);
}

/** x ← 1 with probability p, else 0. p is a number, or a tensor that broadcasts to x. */
export function bernoulli_(x: Tensor, p: number | Tensor = 0.5, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("bernoulli_(x, p?, { generator })", arguments);
  checkTensor("bernoulli_", x);
  if (p instanceof Handle) {
    const likely = expand(isFloating(p.dtype) ? p : cast(p, "f32"), x.shape);
    return copy_(
      x,
      noGrad(() => bernoulli(likely, options)),
    );
  }
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`bernoulli_: p must be from 0 to 1, got ${p}`);
  return fillWith("bernoulli_", x, options, (fraction) => Number(fraction() < p));
}

/** Random integers in [low, high), or [0, high), in the shape and dtype of `x`. */
export function randintLike(x: Tensor, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randintLike(
  x: Tensor,
  first: number,
  second?: number | RandomOptions,
  third?: RandomOptions,
): Tensor {
  checkCall(
    "randintLike(x, low: number, high?: number | options, { dtype: dtype, requiresGrad: boolean, device, generator })",
    arguments,
  );
  checkTensor("randintLike", x);
  const [low, high, options] =
    typeof second === "number" ? [first, second, third] : [0, first, second];
  return randint(low, high, x.shape, { dtype: x.dtype, device: x, ...options });
}

/**
 * Samples of the normal distribution with broadcast means and standard deviations: normal(mean,
 * std) for
 * tensors, normal(0, 1, [2, 3]) for numbers. They have no gradient.
 */
export function normal(
  mean: Tensor | number,
  std: Tensor | number = 1,
  size?: Shape | RandomOptions,
  options?: RandomOptions,
): Tensor {
  checkCall(
    "normal(mean: number | tensor, std?, size?: number[] | options, { dtype: dtype, requiresGrad: boolean, device, generator })",
    arguments,
  );
  const settings = (Array.isArray(size) ? options : (size as RandomOptions | undefined)) ?? {};
  for (const given of [mean, std]) {
    if (typeof given !== "number") checkTensor("normal", given);
  }
  if (typeof std === "number" && !(std >= 0)) {
    throw new ArgumentError(`normal: std must be 0 or more, got ${std}`);
  }
  if (typeof mean === "number" && typeof std === "number") {
    if (!Array.isArray(size)) {
      throw new ArgumentError("normal: two numbers need a size\n  hint: normal(0, 1, [2, 3])");
    }
    const dtype = floatingType("normal", settings.dtype);
    return draw("normal", size, dtype, settings, (generator, out) =>
      generator.normal(out as FloatArray, mean, std),
    );
  }
  if (Array.isArray(size)) {
    throw new ArgumentError(
      "normal: size has no effect if mean or std is a tensor\n  hint: omit size",
    );
  }
  const shapes = [mean, std].map((given) => (typeof given === "number" ? [] : given.shape));
  const shape = broadcastShapes("normal", shapes[0] as Shape, shapes[1] as Shape);
  const like = (typeof mean === "number" ? std : mean) as Tensor;
  checkFloating("normal", like);
  const spread =
    typeof std === "number"
      ? std
      : checkedFractions(
          std,
          { from: 0, to: Infinity },
          (value) => new ArgumentError(`normal: std must be 0 or more, got ${value}`),
        );
  return noGrad(() => {
    const drawn = randn(shape, { dtype: like.dtype, device: like, ...settings });
    return composite(() => add(mul(drawn, spread), mean));
  });
}

/** Options of `multinomial`. */
export interface MultinomialOptions extends DrawOptions {
  /** If true, an index may be drawn several times. */
  readonly replacement?: boolean;
}

/**
 * Draws `count` indices (i32) per row of weights, which are the relative probabilities. Without
 * replacement they all differ. Weights are ≥ 0 and need not sum to 1. [n] → [count]; [m, n] → [m,
 * count].
 */
export function multinomial(
  weights: Tensor,
  count: number,
  replacement: boolean | MultinomialOptions = {},
  options: MultinomialOptions = {},
): Tensor {
  if (arguments.length > 2)
    checkCall(
      "multinomial(weights, count: number, replacement?: boolean, { replacement, generator })",
      arguments,
    );
  checkTensor("multinomial", weights);
  checkFloating("multinomial", weights);
  const settings = typeof replacement === "boolean" ? { ...options, replacement } : replacement;
  const again = settings.replacement ?? false;
  const { shape, dtype } = weights;
  const n = shape.at(-1) ?? 0;
  if (shape.length === 0 || shape.length > 2 || n === 0) {
    throw new ShapeError(
      `multinomial: weights must be a vector or a matrix${detail("weights", shape)}`,
    );
  }
  if (!(Number.isInteger(count) && count > 0)) {
    throw new ArgumentError(`multinomial: count must be 1 or more, got ${count}`);
  }
  if (!again && count > n) {
    throw new ArgumentError(
      `multinomial: cannot draw ${count} of ${n} without replacement\n  hint: { replacement: true }`,
    );
  }
  const generator = hostGenerator("multinomial", settings.generator);
  const fraction = fractionsOf(generator);
  const numbers = (size: Shape, next: () => number): Tensor =>
    drawn("multinomial", size, (all) => {
      const out = newArray("multinomial", dtype, sizeOf(all));
      for (let i = 0; i < out.length; i++) out[i] = next();
      return hostTensor(out, [...all], dtype, weights.node.stream);
    });
  const noWeight = (value: number): ArgumentError =>
    new ArgumentError(
      `multinomial: weights must be finite, 0 or more, and not all 0, got ${value}`,
    );
  return noGrad(() =>
    composite(() => {
      const likely = checkedFractions(weights, { from: 0, to: Number.MAX_VALUE }, noWeight);
      const total = checkedFractions(
        sum(likely, -1, { keepdim: true }),
        { from: Number.MIN_VALUE, to: Number.MAX_VALUE },
        noWeight,
      );
      if (again && count > 1) {
        const share = trueDivide(cumsum(likely, -1), total);
        const end = constant(1, dtype, shape.with(-1, 1), weights.node.stream);
        const steps = cat([narrow(share, -1, 0, n - 1), end], -1);
        return searchsorted(steps, numbers(shape.with(-1, count), fraction));
      }
      // The index whose exponential clock with this rate rings first.
      const clocks = numbers(shape, () => -Math.log1p(-fraction()));
      const speed = trueDivide(trueDivide(likely, total), clocks);
      return count === 1 ? argmax(speed, -1, { keepdim: true }) : topk(speed, count, -1).indices;
    }),
  );
}

/**
 * Samples of the Poisson distribution with these rates, in their shape and dtype. Reads the rates
 * from
 * the device.
 */
export async function poisson(rates: Tensor, options: DrawOptions = {}): Promise<Tensor> {
  if (arguments.length > 1) checkCall("poisson(rates, { generator })", arguments);
  checkTensor("poisson", rates);
  checkFloating("poisson", rates);
  const values = await read(rates);
  return counted("poisson", rates, options, (fraction, i) => {
    const rate = values[i] as number;
    if (!(rate >= 0)) throw new ArgumentError(`poisson: a rate must be 0 or more, got ${rate}`);
    return poissonNumber(rate, fraction);
  });
}

/**
 * Samples of the binomial distribution: the number of successes in `count` trials with probability
 * `p`.
 * They broadcast. Reads both from the device.
 */
export async function binomial(
  count: Tensor,
  p: Tensor,
  options: DrawOptions = {},
): Promise<Tensor> {
  if (arguments.length > 2) checkCall("binomial(count, p, { generator })", arguments);
  for (const one of [count, p]) {
    checkTensor("binomial", one);
    checkFloating("binomial", one);
  }
  if (count.dtype !== p.dtype) {
    throw new DTypeError(
      `binomial: count and p must be of one dtype, got ${count.dtype} and ${p.dtype}`,
    );
  }
  const shape = broadcastShapes("binomial", count.shape, p.shape);
  const like = expand(count, shape);
  const [counts, likely] = await Promise.all([read(like), read(expand(p, shape))]);
  return counted("binomial", like, options, (fraction, i) => {
    const [trials, chance] = [counts[i] as number, likely[i] as number];
    if (!(trials >= 0) || !(chance >= 0 && chance <= 1)) {
      throw new ArgumentError(
        `binomial: count must be 0 or more and p from 0 to 1, got ${trials} and ${chance}`,
      );
    }
    return binomialNumber(trials, chance, fraction);
  });
}

function counted(
  call: string,
  like: Tensor,
  options: DrawOptions,
  next: (fraction: () => number, i: number) => number,
): Tensor {
  const fraction = fractionsOf(hostGenerator(call, options.generator));
  const out: TypedArray = newArray(call, like.dtype, sizeOf(like.shape));
  for (let i = 0; i < out.length; i++) out[i] = next(fraction, i);
  return hostTensor(out, [...like.shape], like.dtype, like.node.stream);
}
