import type { Tensor } from "@wgrad/autograd";
import type { Labels, SavedTransform, Transform } from "@wgrad/datasets";
import { Estimator } from "./estimator.ts";
import type { FitOptions } from "./input.ts";

/** An estimator that can also be a step of a `Pipeline` of `@wgrad/datasets`. */
export abstract class TransformEstimator<Params extends object, Fitted extends object>
  extends Estimator<Params, Fitted>
  implements Transform<"tensor", "tensor">
{
  readonly takes = "tensor";
  readonly gives = "tensor";

  /** Fits the estimator. `y`, which a pipeline passes on, is ignored. */
  abstract fit(x: Tensor, y?: Labels | Tensor | null): Promise<this>;
  abstract transform(x: Tensor): Tensor;

  /** Calls `fit(x)` and returns `transform(x)`. */
  async fitTransform(x: Tensor): Promise<Tensor> {
    this.check("fitTransform(x: any, y?)", arguments);
    return (await this.fit(x)).transform(x);
  }

  /** Settings and the result of `fit` as JSON, for `loadTransform(saved, { classes: { … } })`. */
  save(): SavedTransform {
    if (arguments.length > 0) this.check("save()", arguments);
    const { type, params, fitted } = this.toState();
    return { type, options: params, state: fitted === null ? null : toJson(fitted) };
  }

  /** Restores the result of `save`. */
  restore(state: unknown): this {
    if (arguments.length > 1) this.check("restore(state: any)", arguments);
    return state === null ? this : this.learn(this.unpack(fromJson(state)));
  }
}

/** Whether the second argument holds settings instead of labels. */
export const isOptions = (y: Labels | Tensor | FitOptions | null | undefined): y is FitOptions =>
  typeof y === "object" && y !== null && !("dtype" in y) && !("length" in y);

/** Converts typed arrays to JSON: `{ $f64: [...] }`, `{ $i32: [...] }`. */
function toJson(value: unknown): unknown {
  if (value instanceof Float64Array) return { $f64: Array.from(value) };
  if (value instanceof Int32Array) return { $i32: Array.from(value) };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}

function fromJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { $f64, $i32 } = value as { $f64?: number[]; $i32?: number[] };
  if ($f64 !== undefined) return Float64Array.from($f64);
  if ($i32 !== undefined) return Int32Array.from($i32);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(item)]));
}
