import { newArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { defineKind } from "../kinds.ts";
import { checkCall } from "../signature.ts";
import { Mt19937 } from "./mt19937.ts";

/** Arrays for uniform numbers: f32 draws use 24 bits, f64 draws 53. */
export type FloatArray = Float32Array | Float64Array;

const STATE_WORDS = 629;
const BLOCK = 16;

/**
 * PyTorch's CPU generator: the same seed gives the same numbers in `rand`, `randn`, `randint`,
 * `randperm`
 * and `bernoulli`. Without a seed it starts from the platform's entropy.
 */
export class Generator {
  readonly #bits: Mt19937;
  #seed: number;
  /** The second number of the last pair of single normals. */
  #cachedNormal: number | null = null;

  constructor(seed: number = entropy()) {
    checkCall("new Generator(seed?: number)", arguments);
    this.#seed = checkSeed(seed);
    this.#bits = new Mt19937(unsigned(seed));
  }

  /** Restarts from `seed` (an integer, of which mod 2³² matters). Returns the generator. */
  manualSeed(seed: number): this {
    if (arguments.length > 1) checkCall("generator.manualSeed(seed: number)", arguments);
    this.#seed = checkSeed(seed);
    this.#bits.seed(unsigned(seed));
    this.#cachedNormal = null;
    return this;
  }

  /** The seed it last started from. */
  initialSeed(): number {
    if (arguments.length > 0) checkCall("generator.initialSeed()", arguments);
    return this.#seed;
  }

  /** The complete state, as 629 words (a u32 tensor in a checkpoint). */
  getState(): Uint32Array {
    if (arguments.length > 0) checkCall("generator.getState()", arguments);
    const state = new Uint32Array(STATE_WORDS);
    state.set(this.#bits.words);
    state[624] = this.#bits.position;
    state[625] = unsigned(this.#seed);
    if (this.#cachedNormal !== null) {
      state[626] = 1;
      state.set(new Uint32Array(new Float64Array([this.#cachedNormal]).buffer), 627);
    }
    return state;
  }

  /** Continues from a state of `getState`. Throws an ArgumentError if it is not one. */
  setState(state: Uint32Array): this {
    if (arguments.length > 1) checkCall("generator.setState(state: any)", arguments);
    const position = state?.[624] as number;
    if (!(state instanceof Uint32Array) || state.length !== STATE_WORDS || position > 624) {
      const words = (state as Uint32Array | undefined)?.length;
      throw new ArgumentError(
        `Generator.setState: not a generator's state (${words} words, position ${position})` +
          `\n  hint: pass what getState() returned, ${STATE_WORDS} words`,
      );
    }
    this.#bits.words.set(state.subarray(0, 624));
    this.#bits.position = position;
    this.#seed = state[625] as number;
    this.#cachedNormal =
      state[626] === 1 ? (new Float64Array(state.slice(627, 629).buffer)[0] as number) : null;
    return this;
  }

  /** A draw of 32 bits. */
  u32(): number {
    if (arguments.length > 0) checkCall("generator.u32()", arguments);
    return this.#bits.next();
  }

  /** Fills `out` with uniforms in [low, high). */
  uniform<A extends FloatArray>(out: A, low = 0, high = 1): A {
    if (arguments.length > 3)
      checkCall("generator.uniform(out: any, low?: number, high?: number)", arguments);
    const draw = out instanceof Float32Array ? this.#fraction24 : this.#fraction53;
    const round = out instanceof Float32Array ? Math.fround : (x: number): number => x;
    const span = round(round(high) - round(low));
    for (let i = 0; i < out.length; i++) {
      out[i] = round(draw.call(this) * span) + round(low);
    }
    return out;
  }

  /** Fills `out` with normals (Box–Muller, in blocks of sixteen if there are enough). */
  normal<A extends FloatArray>(out: A, mean = 0, std = 1): A {
    if (arguments.length > 3)
      checkCall("generator.normal(out: any, mean?: number, std?: number)", arguments);
    if (out.length < BLOCK) {
      for (let i = 0; i < out.length; i++) out[i] = this.#singleNormal() * std + mean;
      return out;
    }
    this.uniform(out);
    for (let i = 0; i + BLOCK <= out.length; i += BLOCK) normalBlock(out, i, mean, std);
    if (out.length % BLOCK !== 0) {
      const last = out.length - BLOCK;
      this.uniform(out.subarray(last));
      normalBlock(out, last, mean, std);
    }
    return out;
  }

  /** Fills `out` with integers in [low, high). The range is at most 2³². */
  integers<A extends Int32Array | Uint32Array | Uint8Array | FloatArray>(
    out: A,
    low: number,
    high: number,
  ): A {
    if (arguments.length > 3)
      checkCall("generator.integers(out: any, low: number, high: number)", arguments);
    if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 32) {
      throw new ArgumentError(
        `randint: there is no integer in [${low}, ${high})` +
          "\n  hint: low < high, both integers, at most 2³² apart",
      );
    }
    for (let i = 0; i < out.length; i++) out[i] = low + (this.u32() % (high - low));
    return out;
  }

  /** The integers 0 … n−1 in random order. */
  permutation(n: number): Int32Array {
    if (arguments.length > 1) checkCall("generator.permutation(n: number)", arguments);
    if (!Number.isInteger(n) || n < 0) {
      throw new ArgumentError(`randperm: the count must be a whole number, 0 or more, got ${n}`);
    }
    const order = newArray("randperm", "i32", n) as Int32Array;
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.u32() % (n - i));
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }

  #fraction24(): number {
    return (this.u32() & 0xffffff) * 2 ** -24;
  }

  #fraction53(): number {
    const high = this.u32() & 0x1fffff;
    return (high * 2 ** 32 + this.u32()) * 2 ** -53;
  }

  #singleNormal(): number {
    if (this.#cachedNormal !== null) {
      const cached = this.#cachedNormal;
      this.#cachedNormal = null;
      return cached;
    }
    const theta = 2 * Math.PI * this.#fraction53();
    const r = Math.sqrt(-2 * Math.log1p(-this.#fraction53()));
    this.#cachedNormal = r * Math.sin(theta);
    return r * Math.cos(theta);
  }
}

/** Converts sixteen uniforms to sixteen normals in place: eight radii, eight angles. */
function normalBlock(out: FloatArray, start: number, mean: number, std: number): void {
  for (let j = start; j < start + BLOCK / 2; j++) {
    const r = Math.sqrt(-2 * Math.log(1 - (out[j] as number)));
    const theta = 2 * Math.PI * (out[j + BLOCK / 2] as number);
    out[j] = r * Math.cos(theta) * std + mean;
    out[j + BLOCK / 2] = r * Math.sin(theta) * std + mean;
  }
}

function checkSeed(seed: number): number {
  if (Number.isSafeInteger(seed)) return seed;
  throw new ArgumentError(`manualSeed: a seed must be a whole number below 2⁵³, got ${seed}`);
}

/** The remainder mod 2³², also of negative seeds (two's complement, as in PyTorch). */
const unsigned = (seed: number): number => ((seed % 2 ** 32) + 2 ** 32) % 2 ** 32;

function entropy(): number {
  const word = new Uint32Array(1);
  globalThis.crypto.getRandomValues(word);
  return word[0] as number;
}

defineKind("generator", "a Generator", (x) => x instanceof Generator);
