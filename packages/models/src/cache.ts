import { ArgumentError, noGrad, ones, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { causalMask, tokenMask } from "./attention.ts";

/** Sizes of a cache. */
export interface CacheShape {
  readonly layers: number;
  readonly batch: number;
  /** Maximum number of tokens. */
  readonly length: number;
  readonly heads: number;
  readonly headSize: number;
}

interface Layer {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * Keys and values of the tokens so far, in buffers of fixed size. A step writes its own part and
 * reads everything, so that every step runs the same plan in the same memory. The unwritten part is
 * masked.
 */
export class Cache {
  readonly length: number;
  /** Number of tokens written so far. */
  position = 0;
  private readonly layers: readonly Layer[];
  /** 1 where a token is not padding: [batch, length]. */
  private readonly tokens: Tensor;
  private padded = false;

  constructor(sizes: CacheShape) {
    checkCall(
      "new Cache({ layers!: size, batch!: size, length!: size, heads!: size, headSize!: size })",
      arguments,
    );
    const { layers, batch, length, heads, headSize } = sizes;
    this.length = length;
    const shape = [batch, heads, length, headSize];
    this.layers = Array.from({ length: layers }, () => ({
      keys: zeros(shape),
      values: zeros(shape),
    }));
    this.tokens = ones([batch, length], { dtype: "i32" });
  }

  /** Writes keys and values of new tokens and returns those of all tokens. */
  update(layer: number, keys: Tensor, values: Tensor): readonly [Tensor, Tensor] {
    checkCall("cache.update(layer: number, keys, values)", arguments);
    const held = this.layers[layer] as Layer;
    const count = keys.shape[2] as number;
    noGrad(() => {
      held.keys.narrow(2, this.position, count).copy_(keys);
      held.values.narrow(2, this.position, count).copy_(values);
    });
    return [held.keys, held.values];
  }

  /**
   * The mask of `count` new tokens over all tokens; `mask` is 1 where a new token is not padding.
   */
  mask(count: number, mask: Tensor | null): Tensor {
    checkCall("cache.mask(count: number, mask: tensor | null)", arguments);
    if (this.position + count > this.length) {
      throw new ArgumentError(
        `Cache: ${count} more tokens after ${this.position} exceed its length ${this.length}\n  hint: make a longer cache, or start a new one`,
      );
    }
    if (mask !== null) {
      this.padded = true;
      noGrad(() => this.tokens.narrow(1, this.position, count).copy_(mask));
    }
    const causal = causalMask(count, this.length, this.position);
    return tokenMask(this.padded ? this.tokens : null, causal) as Tensor;
  }

  /** Marks the new tokens as written in every layer. */
  advance(count: number): void {
    checkCall("cache.advance(count: number)", arguments);
    this.position += count;
  }

  /** Frees the buffers. */
  dispose(): void {
    checkCall("cache.dispose()", arguments);
    for (const { keys, values } of this.layers) {
      keys.dispose();
      values.dispose();
    }
    this.tokens.dispose();
  }
}

/** The cache of cross-attention: keys and values of the encoder, computed once. */
export class CrossCache {
  private readonly layers = new Map<number, readonly [Tensor, Tensor]>();

  constructor() {
    checkCall("new CrossCache()", arguments);
  }

  get(layer: number, make: () => readonly [Tensor, Tensor]): readonly [Tensor, Tensor] {
    checkCall("cache.get(layer: number, make: function)", arguments);
    const found = this.layers.get(layer);
    if (found !== undefined) return found;
    const made = make();
    this.layers.set(layer, made);
    return made;
  }
}
