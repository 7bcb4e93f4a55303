import { ShapeError, type Tensor } from "@wgrad/autograd";
import { fieldsOf, hold, setField } from "../fields.ts";
import { type AnyModule, Module } from "../module.ts";
import { markReady, markUnready } from "../unready.ts";

/**
 * A layer that learns its input size from its first input. It then draws its parameters and becomes
 * an instance of the ordinary class. Until then it refuses requests for parameters and state.
 */
export abstract class Lazy extends Module<[Tensor], Tensor> {
  constructor() {
    super();
    markUnready(this);
  }

  /** Makes the ordinary layer for this input. */
  protected abstract layerFor(x: Tensor): AnyModule;

  forward(x: Tensor): Tensor {
    become(this, this.layerFor(x));
    return this.forward(x);
  }
}

/** Gives a module the class and the fields of another module. */
function become(module: Lazy, layer: AnyModule): void {
  const { training } = module;
  for (const name of Object.keys(module)) Reflect.deleteProperty(module, name);
  const fields = fieldsOf(layer);
  hold(layer);
  Object.setPrototypeOf(module, Object.getPrototypeOf(layer) as object);
  for (const name of Object.keys(layer)) {
    const field = fields.get(name);
    if (field === undefined) {
      const descriptor = Object.getOwnPropertyDescriptor(layer, name) as PropertyDescriptor;
      Object.defineProperty(module, name, descriptor);
    } else setField(module, name, field.kind, field.value, field.persistent);
  }
  module.training = training;
  markReady(module);
}

/** Number of channels of an input with `rank` further dimensions, with or without a batch. */
export function channelsOf(call: string, x: Tensor, rank: number): number {
  if (x.shape.length === rank + 2) return x.shape[1] as number;
  if (x.shape.length === rank + 1) return x.shape[0] as number;
  throw new ShapeError(
    `${call}: needs an input of ${rank + 1} or ${rank + 2} dimensions, got [${x.shape.join(", ")}]`,
  );
}
