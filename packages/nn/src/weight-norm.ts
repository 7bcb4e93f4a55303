import { ArgumentError, noGrad, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { derive, derivedOf, underive } from "./derived.ts";
import { fieldsOf } from "./fields.ts";
import { type AnyModule, Module } from "./module.ts";
import { isParameter, type Parameter, parameter } from "./parameter.ts";
import { registerParametrization } from "./parametrize.ts";

/**
 * ‖v‖ over all dimensions but `dim`, which are kept with size 1; over all dimensions if `dim` is
 * null.
 */
function normExcept(v: Tensor, dim: number | null): Tensor {
  if (dim === null) return v.norm();
  const kept = dim < 0 ? dim + v.ndim : dim;
  const dims = v.shape.map((_, d) => d).filter((d) => d !== kept);
  return dims.length === 0 ? v.abs() : v.norm(2, dims, { keepdim: true });
}

/** w = g v / ‖v‖ */
const scaled = (g: Tensor, v: Tensor, dim: number | null): Tensor =>
  v.mul(g.div(normExcept(v, dim)));

/** A direction v and its length g instead of a weight.  Salimans & Kingma 2016. */
class _WeightNorm extends Module<[g: Tensor, v: Tensor], Tensor> {
  readonly dim: number | null;

  constructor(dim: number | null) {
    super();
    this.dim = dim;
  }

  forward(g: Tensor, v: Tensor): Tensor {
    return scaled(g, v, this.dim);
  }

  rightInverse(weight: Tensor): Tensor[] {
    return [normExcept(weight, this.dim), weight];
  }
}

/**
 * Dimension of the weight along which each slice has a length of its own (default: the first);
 * null: one length for all.
 */
export interface WeightNormOptions {
  readonly dim?: number | null;
}

/**
 * PyTorch's `parametrizations.weight_norm`: the weight in field `name` is g v / ‖v‖, where
 * parametrizations.NAME.original0 (g) and original1 (v) are trained and saved.
 * `removeParametrizations(module, name)` undoes it.
 */
export function parametrizedWeightNorm<M extends AnyModule>(
  module: M,
  name = "weight",
  options: WeightNormOptions = {},
): M {
  checkCall("weightNorm(module: module, name?: string, { dim: number | null })", arguments);
  const { dim = 0 } = options;
  registerParametrization(module, name, new _WeightNorm(dim) as unknown as AnyModule);
  return module;
}

/**
 * PyTorch's older `weight_norm`: the weight in field `name` is g v / ‖v‖ of two parameters,
 * `weightG` and `weightV` ("weight_g" and "weight_v" in the state). `removeWeightNorm` undoes it.
 */
export function weightNorm<M extends AnyModule>(
  module: M,
  name = "weight",
  options: WeightNormOptions = {},
): M {
  checkCall("weightNorm(module: module, name?: string, { dim: number | null })", arguments);
  const { dim = 0 } = options;
  const weight = fieldsOf(module).get(name)?.value;
  if (!isParameter(weight)) {
    throw new ArgumentError(`weightNorm: ${module.constructor.name} has no parameter in ${name}`);
  }
  const [lengths, direction] = [`${name}G`, `${name}V`];
  const length = noGrad(() => normExcept(weight, dim)).detach();
  const of = (owner: object): Readonly<Record<string, Tensor>> =>
    owner as Readonly<Record<string, Tensor>>;
  derive(module, name, {
    compute: (owner) => scaled(of(owner)[lengths] as Tensor, of(owner)[direction] as Tensor, dim),
    assign: (owner, value) =>
      noGrad(() => {
        of(owner)[lengths]?.copy_(normExcept(value, dim));
        of(owner)[direction]?.copy_(value);
      }),
  });
  const g: Parameter = parameter(length);
  g.requiresGrad = weight.requiresGrad;
  module.registerParameter(lengths, g);
  module.registerParameter(direction, weight);
  return module;
}

/**
 * Makes the weight in field `name` an ordinary parameter again, with its current value.
 *
 * Throws ArgumentError if `weightNorm` did not make it.
 */
export function removeWeightNorm<M extends AnyModule>(module: M, name = "weight"): M {
  checkCall("removeWeightNorm(module: module, name?: string)", arguments);
  const [lengths, direction] = [`${name}G`, `${name}V`];
  const fields = fieldsOf(module);
  if (!derivedOf(module).has(name) || !fields.has(lengths) || !fields.has(direction)) {
    throw new ArgumentError(
      `removeWeightNorm: ${name} of ${module.constructor.name} has no weight norm`,
    );
  }
  const own = module as unknown as Readonly<Record<string, Tensor>>;
  const value = noGrad(() => (own[name] as Tensor).clone());
  const weight = parameter(value);
  weight.requiresGrad = (own[direction] as Tensor).requiresGrad;
  for (const part of [lengths, direction]) Reflect.deleteProperty(module, part);
  underive(module, name);
  module.registerParameter(name, weight);
  return module;
}
