import { checkCall } from "../../signature.ts";
import type { Tensor } from "../../tensor.ts";
import { hessian, jacobian } from "../functional.ts";
import { jvp as push } from "./forward.ts";
import { gradAndValue, vjp as pull } from "./gradients.ts";
import { hvp as product } from "./jacobians.ts";
import { zerosLike } from "./starts.ts";
import type { AnyFunction, Tree } from "./tree.ts";

type Tensors = Tensor | readonly Tensor[];
const listOf = (x: Tensors): readonly Tensor[] => (Array.isArray(x) ? x : [x as Tensor]);

/** Returns one tensor if one was given, else a list. */
const like = (inputs: Tensors, found: readonly Tree[]): Tree =>
  Array.isArray(inputs) ? found : found[0];

const ones = (x: Tensor): Tensor => zerosLike(x).add(1);

/** Returns [fn(x), vᵀ J]. */
function vjp(fn: AnyFunction, inputs: Tensors, v?: Tensors): [Tree, Tree] {
  checkCall("vjp(fn: function, inputs: tensor | array, v?)", arguments);
  const [output, back] = pull(fn, ...listOf(inputs));
  return [output, like(inputs, back(v ?? ones(output as Tensor)))];
}

/** Returns [fn(x), J v]. */
function jvp(fn: AnyFunction, inputs: Tensors, v?: Tensors): [Tree, Tree] {
  checkCall("jvp(fn: function, inputs: tensor | array, v?)", arguments);
  const list = listOf(inputs);
  const [output, tangent] = push(fn, list, v === undefined ? list.map(ones) : listOf(v));
  return [output, tangent];
}

/** Returns [fn(x), H v] of a function with a scalar result. */
function hvp(fn: AnyFunction, inputs: Tensors, v?: Tensors): [Tree, Tree] {
  checkCall("hvp(fn: function, inputs: tensor | array, v?)", arguments);
  const list = listOf(inputs);
  const found = product(fn, list, v === undefined ? list.map(ones) : listOf(v));
  const products = list.length > 1 ? (found as Tree[]) : [found];
  return [fn(...list), like(inputs, products)];
}

/** Returns [fn(x), vᵀ H] of a function with a scalar result, by two backwards. */
function vhp(fn: AnyFunction, inputs: Tensors, v?: Tensors): [Tree, Tree] {
  checkCall("vhp(fn: function, inputs: tensor | array, v?)", arguments);
  const list = listOf(inputs);
  const argnums = [...list.keys()];
  let value: Tree;
  const gradientOf = (...args: Tensor[]): Tree => {
    const [gradient, result] = gradAndValue(fn, argnums)(...args);
    value = result;
    return gradient;
  };
  const [, back] = pull(gradientOf, ...list);
  const products = back(v === undefined ? list.map(ones) : listOf(v));
  return [(value as Tensor).detach(), like(inputs, products)];
}

/** PyTorch's `torch.autograd.functional`: each returns the function's result and the product. */
export const functional: {
  readonly vjp: typeof vjp;
  readonly jvp: typeof jvp;
  readonly hvp: typeof hvp;
  readonly vhp: typeof vhp;
  readonly jacobian: typeof jacobian;
  readonly hessian: typeof hessian;
} = { vjp, jvp, hvp, vhp, jacobian, hessian };
