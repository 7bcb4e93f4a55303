/** PyTorch's `torch.func`: transforms of functions. Only pages that import it load it. */

export { jvp, linearize } from "./autograd/func/forward.ts";
export { functional } from "./autograd/func/functional.ts";
export {
  type Argnums,
  type AuxOptions,
  type GradOptions,
  grad,
  gradAndValue,
  type VjpFunction,
  vjp,
} from "./autograd/func/gradients.ts";
export {
  type ForwardOptions,
  hessian,
  hvp,
  type JacobianOptions,
  jacfwd,
  jacrev,
} from "./autograd/func/jacobians.ts";
export type { Tree } from "./autograd/func/tree.ts";
export { type Dims, type VmapOptions, vmap } from "./autograd/func/vmap.ts";
