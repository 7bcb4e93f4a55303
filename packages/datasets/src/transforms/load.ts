import { ArgumentError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { ColumnTransformer } from "./column-transformer.ts";
import { LabelEncoder } from "./label-encoder.ts";
import { MinMaxScaler } from "./min-max-scaler.ts";
import { OneHotEncoder } from "./one-hot-encoder.ts";
import { OrdinalEncoder } from "./ordinal-encoder.ts";
import { OutlierClipper } from "./outlier-clipper.ts";
import { Pipeline } from "./pipeline.ts";
import { RobustScaler } from "./robust-scaler.ts";
import { SelectKBest } from "./select-k-best.ts";
import { SimpleImputer } from "./simple-imputer.ts";
import { StandardScaler } from "./standard-scaler.ts";
import type { SavedTransform, Transform } from "./transform.ts";
import { VarianceThreshold } from "./variance-threshold.ts";

/** Class of a transform, to restore a saved one. */
export type TransformClass<T extends Restorable = Restorable> = new (options: never) => T;
interface Restorable {
  restore(state: unknown): unknown;
}

const classes: Readonly<Record<string, TransformClass>> = {
  LabelEncoder,
  MinMaxScaler,
  OneHotEncoder,
  OrdinalEncoder,
  OutlierClipper,
  RobustScaler,
  SelectKBest,
  SimpleImputer,
  StandardScaler,
  VarianceThreshold,
};

/** Settings of `loadTransform`. */
export interface LoadTransformOptions {
  /** Custom classes by name. Each is constructed with its options and has `restore(state)`. */
  readonly classes?: Readonly<Record<string, TransformClass>>;
}

/**
 * Restores a fitted transform from what `save()` returned: a single one, a `Pipeline`, or a
 * `ColumnTransformer`.
 *
 * Throws ArgumentError for invalid data, and for an unknown class.
 */
export function loadTransform<T = Pipeline>(
  saved: SavedTransform,
  settings: LoadTransformOptions = {},
): T {
  checkCall("loadTransform(saved: any, { classes })", arguments);
  const { classes: own = {} } = settings;
  const { type, options, state } = (saved ?? {}) as Partial<SavedTransform>;
  if (typeof type !== "string" || typeof options !== "object" || options === null) {
    throw new ArgumentError(
      "loadTransform: not a saved transform\n  hint: pass the result of await save()",
    );
  }
  const all = (steps: readonly SavedTransform[]): Transform[] =>
    steps.map((step) => loadTransform<Transform>(step, { classes: own }));
  if (type === "Pipeline") {
    return new Pipeline(all((options as { steps: SavedTransform[] }).steps)) as T;
  }
  if (type === "ColumnTransformer") {
    const { parts } = options as { parts: { columns: string[]; steps: SavedTransform[] }[] };
    const loaded = parts.map(({ columns, steps }) => ({ columns, steps: all(steps) }));
    return new ColumnTransformer(loaded).restore(state) as T;
  }
  const Class = Object.hasOwn(own, type) ? own[type] : classes[type];
  if (Class === undefined) {
    throw new ArgumentError(
      `loadTransform: the class ${JSON.stringify(type)} is unknown\n  hint: loadTransform(saved, { classes: { ${type} } })`,
    );
  }
  const made = new Class(options as never);
  made.restore(state);
  return made as T;
}
