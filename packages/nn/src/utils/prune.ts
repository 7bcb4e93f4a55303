import { ArgumentError, cat, noGrad, ones, rand, type Tensor, topk, where } from "@wgrad/autograd";
import { checkCall, describe, knownValues } from "@wgrad/autograd/plugin";
import { derive, derivedOf, underive } from "../derived.ts";
import { fieldsOf } from "../fields.ts";
import type { AnyModule } from "../module.ts";
import { isParameter } from "../parameter.ts";

/**
 * How many elements to prune: a whole number, or a fraction between 0 and 1 of those not pruned
 * yet.
 */
type Amount = number;

/** Number of ones in a mask; absent if it is unknown. */
const remainingOf = new WeakMap<Tensor, number>();

const fieldsNamed = (name: string): readonly [original: string, mask: string] => [
  `${name}Orig`,
  `${name}Mask`,
];

type Values = Readonly<Record<string, Tensor>>;

/**
 * The unpruned tensor of field `name` and its current mask, which is all ones if nothing was
 * pruned.
 */
function masked(call: string, module: AnyModule, name: string): { whole: Tensor; mask: Tensor } {
  const [original, mask] = fieldsNamed(name);
  const own = module as unknown as Values;
  if (isMasked(module, name)) return { whole: own[original] as Tensor, mask: own[mask] as Tensor };
  const whole = fieldsOf(module).get(name)?.value;
  if (!isParameter(whole)) {
    throw new ArgumentError(`${call}: ${module.constructor.name} has no parameter in ${name}`);
  }
  const all = noGrad(() => ones(whole.shape, { dtype: whole.dtype, device: whole }));
  remainingOf.set(all, whole.numel());
  return { whole, mask: all };
}

function isMasked(module: AnyModule, name: string): boolean {
  const [original, mask] = fieldsNamed(name);
  const fields = fieldsOf(module);
  return derivedOf(module).has(name) && fields.has(original) && fields.has(mask);
}

/** Applies a mask: the field becomes the product of the unpruned tensor and the mask. */
function apply(module: AnyModule, name: string, mask: Tensor, remaining: number | null): void {
  const [original, maskName] = fieldsNamed(name);
  const own = module as unknown as Values;
  if (isMasked(module, name)) noGrad(() => own[maskName]?.copy_(mask));
  else {
    const whole = fieldsOf(module).get(name)?.value as Tensor;
    derive(module, name, {
      compute: (owner) => {
        const values = owner as Values;
        return (values[original] as Tensor).mul(values[maskName] as Tensor);
      },
      assign: (owner, value) => noGrad(() => (owner as Values)[original]?.copy_(value)),
    });
    module.registerParameter(original, whole);
    module.registerBuffer(
      maskName,
      noGrad(() => mask.clone()),
    );
  }
  const kept = own[maskName] as Tensor;
  if (remaining === null) remainingOf.delete(kept);
  else remainingOf.set(kept, remaining);
}

/** The number of elements, of `count`, that the amount stands for. */
function toPrune(call: string, amount: Amount, count: number): number {
  const isPart = !Number.isInteger(amount);
  if (!(amount >= 0) || (isPart && amount > 1) || amount > count) {
    throw new ArgumentError(
      `${call}: amount is ${describe(amount)}, but ${count} are left\n  hint: a whole number, or a fraction between 0 and 1`,
    );
  }
  return isPart ? halfToEven(amount * count) : amount;
}

/** Rounds half to even, as Python does. */
function halfToEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}

function remainingIn(call: string, mask: Tensor): number {
  const counted = remainingOf.get(mask);
  if (counted !== undefined) return counted;
  const values = knownValues(mask);
  if (values === null) {
    throw new ArgumentError(
      `${call}: the number of ones in the mask is not computed yet\n  hint: await mask.data() first`,
    );
  }
  return Array.from(values as ArrayLike<number>).reduce(
    (sum, value) => sum + Number(value !== 0),
    0,
  );
}

/** Removes from the mask the `count` elements of lowest score that it still has. */
function withoutLeast(scores: Tensor, mask: Tensor, count: number): Tensor {
  if (count === 0) return mask;
  const open = where(mask.ne(0), scores, Infinity).reshape(-1);
  const { indices } = topk(open, count, { largest: false });
  return mask.reshape(-1).indexFill(0, indices, 0).reshape(mask.shape);
}

/** Computes scores of the elements of a tensor. The lowest are pruned. */
type Scores = (x: Tensor) => Tensor;

const sizes: Scores = (x) => x.abs();
const randomScores: Scores = (x) => rand(x.shape, { dtype: x.dtype, device: x }).neg();

function unstructured(
  call: string,
  module: AnyModule,
  name: string,
  amount: Amount,
  scores: Scores,
): AnyModule {
  const { whole, mask } = masked(call, module, name);
  const remaining = remainingIn(call, mask);
  const count = toPrune(call, amount, remaining);
  apply(
    module,
    name,
    noGrad(() => withoutLeast(scores(whole), mask, count)),
    remaining - count,
  );
  return module;
}

/**
 * Prunes the elements of smallest absolute value of the parameter in field `name`: they are 0 from
 * now on.
 */
export function l1Unstructured(
  module: AnyModule,
  name: string,
  amount: Amount,
  options: { readonly importanceScores?: Tensor | null } = {},
): AnyModule {
  checkCall(
    "l1Unstructured(module: module, name: string, amount: number, { importanceScores: tensor | null })",
    arguments,
  );
  const { importanceScores = null } = options;
  const scores: Scores = importanceScores === null ? sizes : () => importanceScores.abs();
  return unstructured("l1Unstructured", module, name, amount, scores);
}

/** Prunes random elements of the parameter in field `name`: they are 0 from now on. */
export function randomUnstructured(module: AnyModule, name: string, amount: Amount): AnyModule {
  checkCall("randomUnstructured(module: module, name: string, amount: number)", arguments);
  return unstructured("randomUnstructured", module, name, amount, randomScores);
}

function structured(
  call: string,
  module: AnyModule,
  name: string,
  amount: Amount,
  dim: number,
  scores: (rows: Tensor) => Tensor,
): AnyModule {
  const { whole, mask } = masked(call, module, name);
  if (whole.ndim < 2 || dim < -whole.ndim || dim >= whole.ndim) {
    throw new ArgumentError(
      `${call}: needs a tensor of at least two dimensions, and dim must be one of them\n  ${name}: [${whole.shape.join(", ")}]\n  dim: ${dim}`,
    );
  }
  const channels = whole.shape.at(dim) as number;
  const each = whole.numel() / channels;
  const open = Math.round(remainingIn(call, mask) / each);
  const count = toPrune(call, amount, open);
  const pruned = noGrad(() => {
    const rows = (x: Tensor): Tensor => x.movedim(dim, 0).reshape([channels, each]);
    const alive = rows(mask).ne(0).any(1);
    const chosen = withoutLeast(scores(rows(whole)), alive.to(mask.dtype), count);
    const shape = whole.shape.map((_, d) => (d === (dim + whole.ndim) % whole.ndim ? channels : 1));
    return mask.mul(chosen.reshape(shape));
  });
  apply(module, name, pruned, (open - count) * each);
  return module;
}

/** Prunes the channels along `dim` with the smallest n-norm: they are 0 from now on. */
export function lnStructured(
  module: AnyModule,
  name: string,
  amount: Amount,
  n: number,
  dim: number,
): AnyModule {
  checkCall(
    "lnStructured(module: module, name: string, amount: number, n: number, dim: number)",
    arguments,
  );
  return structured("lnStructured", module, name, amount, dim, (rows) => rows.norm(n, 1));
}

/** Prunes random channels along `dim`: they are 0 from now on. */
export function randomStructured(
  module: AnyModule,
  name: string,
  amount: Amount,
  dim: number,
): AnyModule {
  checkCall(
    "randomStructured(module: module, name: string, amount: number, dim: number)",
    arguments,
  );
  return structured("randomStructured", module, name, amount, dim, (rows) =>
    randomScores(rows.select(1, 0)),
  );
}

/**
 * Prunes the elements of the parameter in field `name` where the mask is 0: they are 0 from now on.
 */
export function customFromMask(module: AnyModule, name: string, mask: Tensor): AnyModule {
  checkCall("customFromMask(module: module, name: string, mask: tensor)", arguments);
  const { whole, mask: before } = masked("customFromMask", module, name);
  if (String(mask.shape) !== String(whole.shape)) {
    throw new ArgumentError(
      `customFromMask: the mask has shape [${mask.shape.join(", ")}], but ${name} has [${whole.shape.join(", ")}]`,
    );
  }
  const known = knownValues(mask);
  const fresh = before.numel() === remainingOf.get(before);
  const count =
    known === null || !fresh
      ? null
      : Array.from(known as ArrayLike<number>).reduce((sum, value) => sum + Number(value !== 0), 0);
  apply(
    module,
    name,
    noGrad(() => before.mul(mask.ne(0).to(before.dtype))),
    count,
  );
  return module;
}

/** Applies a mask of ones: the parameter keeps its values and can be pruned later. */
export function identity(module: AnyModule, name: string): AnyModule {
  checkCall("identity(module: module, name: string)", arguments);
  const { mask } = masked("identity", module, name);
  apply(module, name, mask, remainingIn("identity", mask));
  return module;
}

/** Settings of globalUnstructured. */
export interface GlobalOptions {
  readonly amount: Amount;
}

/**
 * Prunes several parameters, given as [module, name] pairs, as if they were one vector:
 * `l1Unstructured` prunes the smallest elements of all, `randomUnstructured` random ones.
 */
export function globalUnstructured(
  parameters: readonly (readonly [module: AnyModule, name: string])[],
  method: typeof l1Unstructured | typeof randomUnstructured,
  options: GlobalOptions,
): void {
  checkCall(
    "globalUnstructured(parameters: array, method: function, { amount: number })",
    arguments,
  );
  const call = "globalUnstructured";
  if (method !== l1Unstructured && method !== randomUnstructured) {
    throw new ArgumentError(`${call}: method must be l1Unstructured or randomUnstructured`);
  }
  const parts = parameters.map(([module, name]) => masked(call, module, name));
  if (parts.length === 0) throw new ArgumentError(`${call}: needs at least one parameter`);
  const counts = parts.map(({ mask }) => remainingIn(call, mask));
  const all = counts.reduce((a, b) => a + b, 0);
  const count = toPrune(call, options?.amount, all);
  const scores = method === l1Unstructured ? sizes : randomScores;
  const flat = noGrad(() => {
    const join = (list: readonly Tensor[]): Tensor => cat(list.map((x) => x.reshape(-1)));
    return withoutLeast(
      scores(join(parts.map(({ whole }) => whole))),
      join(parts.map(({ mask }) => mask)),
      count,
    );
  });
  let start = 0;
  for (const [i, [module, name]] of parameters.entries()) {
    const { mask } = parts[i] as { mask: Tensor };
    const size = mask.numel();
    const own = noGrad(() => flat.narrow(0, start, size).reshape(mask.shape));
    apply(module, name, own, null);
    start += size;
  }
}

/**
 * Makes the parameter in field `name` an ordinary one again, with zeros where it was pruned.
 *
 * Throws ArgumentError if it was not pruned.
 */
export function remove(module: AnyModule, name: string): AnyModule {
  checkCall("remove(module: module, name: string)", arguments);
  if (!isMasked(module, name)) {
    throw new ArgumentError(`remove: ${name} of ${module.constructor.name} is not pruned`);
  }
  const [original, mask] = fieldsNamed(name);
  const own = module as unknown as Values;
  const [whole, zeros] = [own[original], own[mask]] as [Tensor, Tensor];
  noGrad(() => whole.copy_(whole.mul(zeros)));
  for (const part of [original, mask]) Reflect.deleteProperty(module, part);
  underive(module, name);
  module.registerParameter(name, whole);
  return module;
}

/** Whether a parameter of the module, or of one below it, is pruned. */
export function isPruned(module: AnyModule): boolean {
  checkCall("isPruned(module: module)", arguments);
  return module
    .modules()
    .some((one) => [...derivedOf(one).keys()].some((name) => isMasked(one, name)));
}
