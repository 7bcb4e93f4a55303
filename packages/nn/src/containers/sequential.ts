import type { Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { isModule } from "../fields.ts";
import { Module } from "../module.ts";
import { ItemList } from "./item-list.ts";

/** A layer of a Sequential: a module from one tensor to one tensor. */
export type Layer = Module<[Tensor], Tensor>;

/** What a Sequential accepts: modules, and functions of one tensor. */
export type LayerLike = Layer | ((x: Tensor) => Tensor);

/** Wraps a function as a layer without parameters. */
class Lambda extends Module<[Tensor], Tensor> {
  readonly of: (x: Tensor) => Tensor;

  constructor(of: (x: Tensor) => Tensor) {
    super();
    this.of = of;
  }

  forward(x: Tensor): Tensor {
    return this.of(x);
  }

  override extraRepr(): string {
    return this.of.name;
  }
}

/**
 * y = fₙ(… f₂(f₁(x))): applies modules one after another, under the keys 0, 1, 2, … or the keys of
 * the given object. Plain functions are allowed as layers.
 *
 * ```ts
 * const model = new Sequential(new Linear(4, 8), F.relu, new Linear(8, 1));
 * ```
 */
export class Sequential extends ItemList<Layer, LayerLike, [Tensor], Tensor> {
  constructor(...layers: LayerLike[] | [named: Readonly<Record<string, LayerLike>>]) {
    super();
    const [first] = layers;
    if (layers.length === 1 && first && typeof first === "object" && !Array.isArray(first)) {
      for (const [name, layer] of Object.entries(first)) this.put(name, layer);
    } else this.extend(layers as LayerLike[]);
  }

  /**
   * The same layers from `start` up to, but not including, `end`, under the same keys. Negative
   * indices count from the end.
   */
  slice(start?: number, end?: number): Sequential {
    checkCall("list.slice(start?: number, end?: number)", arguments);
    const part = new Sequential();
    for (const [key, layer] of this.entries().slice(start, end)) part.put(key, layer);
    return part;
  }

  protected override accept(layer: unknown): Layer | null {
    if (isModule(layer)) return layer as unknown as Layer;
    return typeof layer === "function" ? new Lambda(layer as (x: Tensor) => Tensor) : null;
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this) y = layer(y);
    return y;
  }
}
