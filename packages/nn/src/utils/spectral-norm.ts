import { ArgumentError, noGrad, randn, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { derive, derivedOf, underive } from "../derived.ts";
import { fieldsOf } from "../fields.ts";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../layers/conv-transpose.ts";
import { type AnyModule, Module } from "../module.ts";
import { buffer, isParameter, parameter } from "../parameter.ts";
import { registerParametrization } from "../parametrize.ts";

/** Settings of spectral norms. */
export interface SpectralNormOptions {
  /** Power iterations at each use in training (default 1). */
  readonly nPowerIterations?: number;
  /** Lower bound of the norms, so that divisions stay finite (default 1e-12). */
  readonly eps?: number;
  /** Dimension of the outputs (default: 1 for transposed convolutions, else 0). */
  readonly dim?: number | null;
}

type Settings = Required<Omit<SpectralNormOptions, "dim">> & { readonly dim: number };

function settingsOf(call: string, module: object, options: SpectralNormOptions): Settings {
  const { nPowerIterations = 1, eps = 1e-12, dim = null } = options;
  if (!(Number.isInteger(nPowerIterations) && nPowerIterations > 0)) {
    throw new ArgumentError(
      `${call}: nPowerIterations is ${nPowerIterations}\n  hint: a whole number above 0`,
    );
  }
  const turned = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some(
    (type) => module instanceof type,
  );
  return { nPowerIterations, eps, dim: dim ?? (turned ? 1 : 0) };
}

const normalized = (x: Tensor, eps: number): Tensor => x.div(x.norm().clamp(eps));

/** The weight as a matrix whose rows are its outputs. */
function asMatrix(weight: Tensor, dim: number): Tensor {
  const rows = weight.movedim(dim, 0);
  return rows.reshape([rows.shape[0] as number, -1]);
}

/** Moves u and v towards the first singular vectors of the matrix, in place. */
function iterate(matrix: Tensor, u: Tensor, v: Tensor, times: number, eps: number): void {
  noGrad(() => {
    for (let i = 0; i < times; i++) {
      u.copy_(normalized(matrix.matmul(v), eps));
      v.copy_(normalized(matrix.T.matmul(u), eps));
    }
  });
}

/** w / σ, σ = uᵀ W v. */
const scaled = (weight: Tensor, matrix: Tensor, u: Tensor, v: Tensor): Tensor =>
  weight.div(u.clone().dot(matrix.matmul(v.clone())));

function drawn(matrix: Tensor, eps: number): [u: Tensor, v: Tensor] {
  const [m, n] = matrix.shape as readonly [number, number];
  const like = { dtype: matrix.dtype, device: matrix } as const;
  return noGrad(() => [normalized(randn([m], like), eps), normalized(randn([n], like), eps)]);
}

/**
 * A weight divided by its largest singular value, which is tracked by power iteration.  Miyato et
 * al. 2018.
 */
class _SpectralNorm extends Module<[weight: Tensor], Tensor> {
  readonly settings: Settings;
  readonly _u: Tensor | null;
  readonly _v: Tensor | null;

  constructor(weight: Tensor, settings: Settings) {
    super();
    this.settings = settings;
    if (weight.ndim < 2) {
      this._u = this._v = null;
      return;
    }
    const matrix = noGrad(() => asMatrix(weight, settings.dim));
    const [u, v] = drawn(matrix, settings.eps);
    this._u = buffer(u);
    this._v = buffer(v);
    iterate(matrix, this._u, this._v, 15, settings.eps);
  }

  forward(weight: Tensor): Tensor {
    const { dim, eps, nPowerIterations } = this.settings;
    const { _u: u, _v: v } = this;
    if (u === null || v === null) return normalized(weight, eps);
    const matrix = asMatrix(weight, dim);
    if (this.training) iterate(matrix, u, v, nPowerIterations, eps);
    return scaled(weight, matrix, u, v);
  }

  rightInverse(weight: Tensor): Tensor {
    return weight;
  }
}

/**
 * PyTorch's `parametrizations.spectral_norm`: divides the weight in field `name` by its largest
 * singular value, σ = uᵀ W v. Every use in training does a step of the power iteration.
 * `removeParametrizations(module, name)` undoes it.
 */
export function parametrizedSpectralNorm<M extends AnyModule>(
  module: M,
  name = "weight",
  options: SpectralNormOptions = {},
): M {
  checkCall(
    "spectralNorm(module: module, name?: string, { nPowerIterations: number, eps: number, dim: number | null })",
    arguments,
  );
  const settings = settingsOf("spectralNorm", module, options);
  const weight = weightIn("spectralNorm", module, name);
  registerParametrization(
    module,
    name,
    new _SpectralNorm(weight, settings) as unknown as AnyModule,
  );
  return module;
}

function weightIn(call: string, module: AnyModule, name: string): Tensor {
  const weight = fieldsOf(module).get(name)?.value;
  if (isParameter(weight)) return weight;
  const derived = derivedOf(module).get(name);
  if (derived !== undefined) return noGrad(() => derived.compute(module));
  throw new ArgumentError(`${call}: ${module.constructor.name} has no parameter in ${name}`);
}

/**
 * PyTorch's older `spectral_norm`: divides the weight in field `name` by its largest singular
 * value, with "weight_orig", "weight_u" and "weight_v" in the state. `removeSpectralNorm` undoes
 * it.
 */
export function spectralNorm<M extends AnyModule>(
  module: M,
  name = "weight",
  options: SpectralNormOptions = {},
): M {
  checkCall(
    "spectralNorm(module: module, name?: string, { nPowerIterations: number, eps: number, dim: number | null })",
    arguments,
  );
  const { dim, eps, nPowerIterations } = settingsOf("spectralNorm", module, options);
  const weight = fieldsOf(module).get(name)?.value;
  if (!isParameter(weight)) {
    throw new ArgumentError(`spectralNorm: ${module.constructor.name} has no parameter in ${name}`);
  }
  const [original, first, second] = [`${name}Orig`, `${name}U`, `${name}V`];
  const [u, v] = drawn(
    noGrad(() => asMatrix(weight, dim)),
    eps,
  );
  derive(module, name, {
    compute: (owner) => {
      const own = owner as Readonly<Record<string, Tensor>> & { readonly training: boolean };
      const [w, left, right] = [own[original], own[first], own[second]] as [Tensor, Tensor, Tensor];
      const matrix = asMatrix(w, dim);
      if (own.training) iterate(matrix, left, right, nPowerIterations, eps);
      return scaled(w, matrix, left, right);
    },
    assign: (owner, value) =>
      noGrad(() => (owner as Record<string, Tensor>)[original]?.copy_(value)),
  });
  module.registerParameter(original, weight);
  module.registerBuffer(first, u);
  module.registerBuffer(second, v);
  return module;
}

/**
 * Makes the weight in field `name` an ordinary parameter again, with its current value.
 *
 * Throws ArgumentError if `spectralNorm` did not make it.
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = "weight"): M {
  checkCall("removeSpectralNorm(module: module, name?: string)", arguments);
  const parts = [`${name}Orig`, `${name}U`, `${name}V`];
  const fields = fieldsOf(module);
  if (!derivedOf(module).has(name) || !parts.every((part) => fields.has(part))) {
    throw new ArgumentError(
      `removeSpectralNorm: ${name} of ${module.constructor.name} has no spectral norm`,
    );
  }
  const own = module as unknown as Readonly<Record<string, Tensor>>;
  const { training } = module;
  module.training = false; // the current value, without another iteration
  const weight = parameter(noGrad(() => (own[name] as Tensor).clone()));
  module.training = training;
  weight.requiresGrad = (own[parts[0] as string] as Tensor).requiresGrad;
  for (const part of parts) Reflect.deleteProperty(module, part);
  underive(module, name);
  module.registerParameter(name, weight);
  return module;
}
