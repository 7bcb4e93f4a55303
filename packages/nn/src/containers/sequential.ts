import type { Tensor } from "@wgrad/autograd";
import { Module } from "../module.ts";

/** What a Sequential holds: modules from one tensor to one tensor. */
export type Layer = Module<[Tensor], Tensor>;

/**
 * y = fₙ(… f₂(f₁(x))): modules in a row, under the keys 0, 1, 2, … or the names of the object given.
 *
 * ```ts
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 1));
 * ```
 */
export class Sequential extends Module<[Tensor], Tensor> {
  constructor(...layers: Layer[] | [named: Record<string, Layer>]) {
    super();
    const [first] = layers;
    const named = layers.length === 1 && !(first instanceof Module);
    Object.assign(this, named ? first : layers);
  }

  /** How many layers there are. */
  get length(): number {
    return Object.keys(this).length;
  }

  /** The layer at `index`, from the end if negative. */
  at(index: number): Layer | undefined {
    return [...this].at(index);
  }

  /** Adds a layer at the end. */
  append(layer: Layer): this {
    (this as unknown as Record<string, Layer>)[this.length] = layer;
    return this;
  }

  *[Symbol.iterator](): Generator<Layer> {
    yield* Object.values(this) as Layer[];
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this) y = layer(y);
    return y;
  }
}
