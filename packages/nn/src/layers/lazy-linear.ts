import { ShapeError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { AnyModule } from "../module.ts";
import { pythonValue } from "../print.ts";
import { Lazy } from "./lazy.ts";
import { Linear, type LinearOptions } from "./linear.ts";
import { positive } from "./sizes.ts";

/** A Linear that takes `inFeatures` from its first input. */
export class LazyLinear extends Lazy {
  readonly outFeatures: number;
  readonly options: LinearOptions;

  constructor(outFeatures: number, options: LinearOptions = {}) {
    checkCall("new LazyLinear(outFeatures: number, { bias: boolean })", arguments);
    super();
    positive("LazyLinear", { outFeatures });
    this.outFeatures = outFeatures;
    this.options = options;
  }

  protected layerFor(x: Tensor): AnyModule {
    const inFeatures = x.shape.at(-1);
    if (inFeatures === undefined)
      throw new ShapeError("LazyLinear: needs an input [..., features], got a 0-d tensor");
    return new Linear(inFeatures, this.outFeatures, this.options);
  }

  override extraRepr(): string {
    const bias = pythonValue(this.options.bias ?? true);
    return `in_features=0, out_features=${this.outFeatures}, bias=${bias}`;
  }
}
