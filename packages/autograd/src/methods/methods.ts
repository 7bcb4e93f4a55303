import { type Sizes, sizesOf } from "../ops/core/arguments.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type IndexingMethods, indexingMethods } from "./indexing.ts";
import { type InPlaceMethods, inPlaceMethods } from "./inplace.ts";
import { type LinalgMethods, linalgMethods } from "./linalg.ts";
import { type MathMethods, mathMethods } from "./math.ts";
import { type OrderingMethods, orderingMethods } from "./ordering.ts";
import { type ProductMethods, productMethods } from "./products.ts";
import { type ReductionMethods, reductionMethods } from "./reductions.ts";
import { type ShapeMethods, shapeMethods, sized } from "./shape.ts";
import { type SpecialMethods, specialMethods } from "./special.ts";

/** What a tensor does by operations: the function of the same name with the tensor as its first operand, which has equation and shapes. */
export interface TensorMethods
  extends MathMethods,
    ReductionMethods,
    OrderingMethods,
    ProductMethods,
    LinalgMethods,
    SpecialMethods,
    ShapeMethods,
    IndexingMethods,
    InPlaceMethods {}

type Method = (x: Tensor, ...given: unknown[]) => unknown;

const methods = {
  ...mathMethods,
  ...reductionMethods,
  ...orderingMethods,
  ...productMethods,
  ...linalgMethods,
  ...specialMethods,
  ...shapeMethods,
  ...indexingMethods,
  ...inPlaceMethods,
};

/** Puts the methods where every tensor finds them. */
export function addMethods(prototype: object): void {
  for (const [name, fn] of Object.entries(methods as unknown as Readonly<Record<string, Method>>)) {
    add(prototype, name, function (...given) {
      return fn(this, ...given);
    });
  }
  for (const [name, fn] of Object.entries(
    sized as Readonly<Record<string, (x: Tensor, sizes: Shape) => Tensor>>,
  )) {
    add(prototype, name, function (...sizes) {
      return fn(this, sizesOf(sizes as unknown as Sizes));
    });
  }
}

function add(
  prototype: object,
  name: string,
  value: (this: Tensor, ...given: unknown[]) => unknown,
): void {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}
