import { type DType, isFloating, newArray, type TypedArray } from "../../dtype.ts";
import { ArgumentError, DTypeError } from "../../errors.ts";
import { context } from "../../graph/context.ts";
import { type FloatArray, Generator } from "../../random/generator.ts";
import { checkShape, type Shape, sizeOf } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { lt } from "../math/comparison.ts";
import { checkTensor } from "./apply.ts";
import { checkedFractions } from "./bounds.ts";
import { cast } from "./constant.ts";
import { type CreateOptions, fromHost, leaf, streamOf } from "./creation.ts";
import { copy_ } from "./inplace.ts";
import { type Place, philoxBelow, philoxUniforms } from "./philox.ts";

/** Where random numbers come from: the default generator, another one, or the device. */
export interface DrawOptions {
  /**
   * A host generator, which draws PyTorch's numbers for its seed. Default: the one that
   * `manualSeed`
   * seeds. "device" draws Philox bits on the device: nothing is uploaded, and a recomputation draws
   * the
   * same numbers.
   */
  readonly generator?: Generator | "device" | undefined;
}

/** Options of functions that create random tensors. */
export interface RandomOptions extends DrawOptions, CreateOptions {}

/** The default generator. */
export function defaultGenerator(): Generator {
  if (arguments.length > 0) checkCall("defaultGenerator()", arguments);
  context.generator ??= new Generator();
  return context.generator;
}

/** The seed that the default generator last started from. */
export function initialSeed(): number {
  if (arguments.length > 0) checkCall("initialSeed()", arguments);
  return defaultGenerator().initialSeed();
}

/** Seeds the default generator and device draws from the platform's entropy. Returns the seed. */
export function seed(): number {
  if (arguments.length > 0) checkCall("seed()", arguments);
  return manualSeed(new Generator().initialSeed()).initialSeed();
}

/** The complete state of the default generator. */
export function getRngState(): Uint32Array {
  if (arguments.length > 0) checkCall("getRngState()", arguments);
  return defaultGenerator().getState();
}

/** Restores the default generator from a state of `getRngState`. */
export function setRngState(state: Uint32Array): void {
  if (arguments.length > 1) checkCall("setRngState(state: any)", arguments);
  defaultGenerator().setState(state);
}

/**
 * Seeds the default generator and device draws. Every run on every device then draws the same
 * numbers.
 */
export function manualSeed(seed: number): Generator {
  checkCall("manualSeed(seed: number)", arguments);
  context.philoxOffset = 0;
  return defaultGenerator().manualSeed(seed);
}

/** Uniform numbers in [0, 1). */
export function rand(size: Shape, options: RandomOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall(
      "rand(shape: number[], { dtype: dtype, requiresGrad: boolean, device, generator })",
      arguments,
    );
  const dtype = floatingType("rand", options.dtype);
  if (options.generator === "device") {
    const stream = streamOf("rand", options);
    const uniforms = drawn("rand", checkShape("rand", size), (all) =>
      philoxUniforms(all, nextPlace(), stream),
    );
    return leaf(cast(uniforms, dtype), options);
  }
  return draw("rand", size, dtype, options, (generator, out) =>
    generator.uniform(out as FloatArray),
  );
}

/** Normal numbers of mean 0 and standard deviation 1. */
export function randn(size: Shape, options: RandomOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall(
      "randn(shape: number[], { dtype: dtype, requiresGrad: boolean, device, generator })",
      arguments,
    );
  const dtype = floatingType("randn", options.dtype);
  return draw("randn", size, dtype, options, (generator, out) =>
    generator.normal(out as FloatArray),
  );
}

/** Random integers in [low, high), or [0, high). i32 unless `dtype` is given. */
export function randint(high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(low: number, high: number, shape: Shape, options?: RandomOptions): Tensor;
export function randint(
  first: number,
  second: number | Shape,
  third?: Shape | RandomOptions,
  fourth?: RandomOptions,
): Tensor {
  if (typeof second === "object") {
    checkCall(
      "randint(high: number, shape: number[], { dtype: dtype, requiresGrad: boolean, device, generator })",
      arguments,
    );
    return integers(0, first, second, (third ?? {}) as RandomOptions);
  }
  checkCall(
    "randint(low: number, high: number, shape: number[], { dtype: dtype, requiresGrad: boolean, device, generator })",
    arguments,
  );
  return integers(first, second, third as Shape, fourth ?? {});
}

function integers(low: number, high: number, size: Shape, options: RandomOptions): Tensor {
  const { dtype = "i32" } = options;
  return draw("randint", size, dtype, options, (generator, out) =>
    generator.integers(out, low, high),
  );
}

/** The integers 0 … n−1 in random order. i32 unless `dtype` is given. → [n] */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  checkCall(
    "randperm(n: number, { generator, dtype: dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const { dtype = "i32" } = options;
  return draw("randperm", [n], dtype, options, (generator, out) => {
    for (let at = 0; at < out.length; at += n) out.set(generator.permutation(n), at);
  });
}

/** Uniform numbers in [0, 1) in the shape and dtype of `x`. */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("randLike(x, { generator, dtype: dtype, requiresGrad: boolean, device })", arguments);
  checkTensor("randLike", x);
  return rand(x.shape, { ...like(x), ...options });
}

/** Standard normal numbers in the shape and dtype of `x`. */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall(
      "randnLike(x, { generator, dtype: dtype, requiresGrad: boolean, device })",
      arguments,
    );
  checkTensor("randnLike", x);
  return randn(x.shape, { ...like(x), ...options });
}

/**
 * y[i] is 1 with probability p[i], else 0, in p's shape and dtype. Throws an ArgumentError for p
 * outside
 * [0, 1].
 */
export function bernoulli(p: Tensor, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1) checkCall("bernoulli(p, { generator })", arguments);
  const { generator } = options;
  checkTensor("bernoulli", p);
  floatingType("bernoulli", p.dtype);
  return composite(() => {
    const likely = checkedFractions(p, { from: 0, to: 1 }, noProbability);
    return cast(lt(randLike(p, { generator }), likely), p.dtype);
  });
}

const noProbability = (value: number): ArgumentError =>
  new ArgumentError(`bernoulli: probabilities must be between 0 and 1, got ${value}`);

/** True with probability 1 − p, drawn on the device: the mask of dropout. → bool */
export function dropoutMask(
  size: Shape,
  p: number,
  options: Pick<CreateOptions, "device"> = {},
): Tensor {
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError(`dropoutMask: p is ${p}\n  hint: a probability from 0 to 1`);
  }
  const stream = streamOf("dropoutMask", options);
  return drawn("dropoutMask", checkShape("dropoutMask", size), (all) =>
    philoxBelow(all, 1 - p, nextPlace(), stream),
  );
}

/** x ← uniform numbers in [low, high), in place. */
export function uniform_(x: Tensor, low = 0, high = 1, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("uniform_(x, low?: number, high?: number, { generator })", arguments);
  const { generator } = options;
  checkTensor("uniform_", x);
  if (!(high >= low)) throw new ArgumentError(`uniform_: the range [${low}, ${high}) is empty`);
  return fill_("uniform_", x, generator, (source, out) => source.uniform(out, low, high));
}

/** x ← normal numbers, in place. */
export function normal_(x: Tensor, mean = 0, std = 1, options: DrawOptions = {}): Tensor {
  if (arguments.length > 1)
    checkCall("normal_(x, mean?: number, std?: number, { generator })", arguments);
  const { generator } = options;
  checkTensor("normal_", x);
  if (!(std >= 0)) throw new ArgumentError(`normal_: std must be 0 or more, got ${std}`);
  return fill_("normal_", x, generator, (source, out) => source.normal(out, mean, std));
}

/** A tensor of numbers from a host generator. */
export function draw(
  call: string,
  size: Shape,
  dtype: DType,
  options: RandomOptions,
  fill: (generator: Generator, out: TypedArray) => void,
): Tensor {
  return drawn(call, checkShape(call, size), (all) => {
    const out = newArray(call, dtype, sizeOf(all));
    fill(hostGenerator(call, options.generator), out);
    return fromHost(out, [...all], dtype, options);
  });
}

/** Random numbers of this shape. Inside `vmap` they may differ over the batch. */
export const drawn = (call: string, size: Shape, make: (size: Shape) => Tensor): Tensor =>
  context.lanes === null ? make(size) : context.lanes.draw(call, size, make);

function fill_(
  call: string,
  x: Tensor,
  generator: DrawOptions["generator"],
  fill: (generator: Generator, out: FloatArray) => void,
): Tensor {
  const dtype = floatingType(call, x.dtype);
  if (context.defer !== null) {
    context.defer(x, () => fill_(call, x, generator, fill));
    return x;
  }
  const values = drawn(call, x.shape, (all) => {
    const out = newArray(call, dtype, sizeOf(all));
    fill(hostGenerator(call, generator), out as FloatArray);
    return fromHost(out, all, dtype, like(x));
  });
  return copy_(x, values);
}

const like = (x: Tensor): { dtype: DType; device: Tensor } => ({ dtype: x.dtype, device: x });

/** Seed and number of the next draw on the device. They are taken when the op is recorded. */
const nextPlace = (): Place => [
  defaultGenerator().initialSeed() >>> 0,
  context.philoxOffset++ >>> 0,
];

/** The host generator of the options. */
export function hostGenerator(call: string, generator: DrawOptions["generator"]): Generator {
  if (generator === undefined) return defaultGenerator();
  if (generator instanceof Generator) return generator;
  throw new ArgumentError(
    `${call}: does not draw on the device (generator: ${JSON.stringify(generator)})` +
      "\n  hint: omit generator, or pass a Generator; rand, bernoulli and dropout draw on the device",
  );
}

/** The dtype, which must be floating-point. */
export function floatingType(call: string, dtype: DType = "f32"): DType {
  if (isFloating(dtype)) return dtype;
  throw new DTypeError(
    `${call}: the dtype must be floating-point, got ${dtype}\n  hint: randint draws integers`,
  );
}
