import { type Sizes, sizesOf } from "../ops/core/arguments.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type IndexingMethods, indexingMethods } from "./indexing.ts";
import { type InPlaceMethods, inPlaceMethods, writing } from "./inplace.ts";
import { type LinalgMethods, linalgMethods } from "./linalg.ts";
import { type MathMethods, mathMethods } from "./math.ts";
import { type OrderingMethods, orderingMethods } from "./ordering.ts";
import { type ProductMethods, productMethods } from "./products.ts";
import { type PropertyMethods, propertyMethods } from "./properties.ts";
import { type ReductionMethods, reductionMethods } from "./reductions.ts";
import { type ShapeMethods, shapeMethods, sized } from "./shape.ts";
import { type SpecialMethods, specialMethods } from "./special.ts";
import type { Method } from "./table.ts";
import { type Aliases, aliases, type Written, written } from "./written.ts";

interface PlainMethods
  extends MathMethods,
    ReductionMethods,
    OrderingMethods,
    ProductMethods,
    LinalgMethods,
    SpecialMethods,
    ShapeMethods,
    IndexingMethods {}

type WrittenMethods = { [Name in Written as `${Name}_`]: PlainMethods[Name] };
type AliasMethods = { [Name in keyof Aliases]: PlainMethods[Aliases[Name]] };
type WrittenAliases = {
  [Name in keyof Aliases as Aliases[Name] extends Written
    ? `${Name}_`
    : never]: PlainMethods[Aliases[Name]];
};

/**
 * Methods that are operations. The function of the same name, with the tensor as first operand,
 * documents
 * the equation and shapes.
 */
export interface TensorMethods
  extends PlainMethods,
    PropertyMethods,
    InPlaceMethods,
    WrittenMethods,
    AliasMethods,
    WrittenAliases {
  swapaxes_(dim0: number, dim1: number): Tensor;
  swapdims_(dim0: number, dim1: number): Tensor;
}

/** Adds the methods to the prototype of tensors. */
export function addMethods(prototype: object): void {
  const all: Record<string, Method> = {
    ...mathMethods,
    ...reductionMethods,
    ...orderingMethods,
    ...productMethods,
    ...linalgMethods,
    ...specialMethods,
    ...shapeMethods,
    ...indexingMethods,
    ...propertyMethods,
    ...inPlaceMethods,
  } as unknown as Record<string, Method>;
  for (const [name, fn] of Object.entries(sized)) {
    all[name] = (x, ...sizes) => fn(x, sizesOf(sizes as unknown as Sizes) as Shape);
  }
  for (const name of written) all[`${name}_`] = writing(name, all[name] as Method);
  for (const [alias, name] of Object.entries(aliases)) {
    all[alias] = all[name] as Method;
    const twin = all[`${name}_`];
    if (twin !== undefined) all[`${alias}_`] = twin;
  }
  for (const [name, fn] of Object.entries(all)) {
    const value = function (this: Tensor, ...given: unknown[]): unknown {
      return fn(this, ...given);
    };
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}
