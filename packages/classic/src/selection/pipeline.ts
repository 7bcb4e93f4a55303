import { ArgumentError, type Tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import {
  ColumnTransformer,
  loadTransform,
  Pipeline,
  type SavedTransform,
  type Transform,
  type TransformClass,
} from "@wgrad/datasets";
import type { FitOptions, Numbers, Rows } from "../estimator/input.ts";
import type { Predictor } from "../estimator/predictors.ts";
import { shown } from "../estimator/settings.ts";
import { checkState, type EstimatorState, VERSION } from "../estimator/state.ts";

/** An unfitted copy of a transform, with the given settings changed. */
async function unfitted(step: Transform, changes: object): Promise<Transform> {
  if (step instanceof Pipeline) {
    return new Pipeline(await Promise.all(step.steps.map((own) => unfitted(own, changes))));
  }
  if (step instanceof ColumnTransformer) {
    const parts = step.parts.map(async ({ columns, steps }) => ({
      columns,
      steps: await Promise.all(steps.map((own) => unfitted(own, changes))),
    }));
    return new ColumnTransformer(await Promise.all(parts));
  }
  const { options, type } = await step.save();
  const own = Object.entries(changes)
    .filter(([name]) => name.startsWith(`${type}${MARK}`))
    .map(([name, value]) => [name.slice(type.length + MARK.length), value] as const);
  const Class = step.constructor as TransformClass;
  return new Class({ ...options, ...Object.fromEntries(own) } as never) as unknown as Transform;
}

/**
 * Classes that a saved pipeline consists of, by name: that of its predictor, and those of
 * transforms that are not in `@wgrad/datasets`.
 */
export type PipelineClasses = Readonly<Record<string, unknown>>;

/** The saved form of transforms and a predictor. */
interface SavedParts {
  readonly transforms: SavedTransform;
  readonly estimator: EstimatorState;
}

/** A class with `fromState`. */
interface Loadable {
  fromState?(state: EstimatorState): Predictor | Promise<Predictor>;
}

async function savedParts(transforms: Pipeline, estimator: Predictor): Promise<SavedParts> {
  if (typeof estimator.toState !== "function") {
    throw new ArgumentError(`PredictorPipeline.toState: ${estimator.type} has no toState`);
  }
  return { transforms: await transforms.save(), estimator: await estimator.toState() };
}

async function loadedParts(
  { transforms, estimator }: SavedParts,
  classes: PipelineClasses,
): Promise<{ readonly transform: Pipeline; readonly estimator: Predictor }> {
  const { type } = estimator;
  const Class = (Object.hasOwn(classes, type) ? classes[type] : undefined) as Loadable | undefined;
  if (typeof Class?.fromState !== "function") {
    throw new ArgumentError(
      `PredictorPipeline.fromState: unknown class ${JSON.stringify(type)}\n  hint: PredictorPipeline.fromState(state, { classes: { ${type} } })`,
    );
  }
  return {
    transform: loadTransform<Pipeline>(transforms, {
      classes: classes as Readonly<Record<string, TransformClass>>,
    }),
    estimator: await Class.fromState(estimator),
  };
}

/** Separates the class of a step from the name of its setting. */
const MARK = "__";

/**
 * Transforms of `@wgrad/datasets` followed by a predictor. Each fold fits them again, so that
 * nothing is learned from held-out rows.
 *
 * ```ts
 * const model = makePipeline(new StandardScaler(), new PCA({ nComponents: 2 }), new SVC());
 * await crossValScore(model, x, y);
 * ```
 *
 * Settings are those of the predictor; a setting of a transform has the prefix of its class:
 * `PCA__nComponents`.
 */
export class PredictorPipeline implements Predictor {
  readonly type = "PredictorPipeline";
  readonly steps: readonly Transform[];
  readonly estimator: Predictor;
  readonly #changes: Readonly<Record<string, unknown>>;
  #fitted: { readonly transform: Pipeline; readonly estimator: Predictor } | null = null;
  /** Present if the predictor has it. */
  readonly predictProba?: (x: Rows) => Promise<Tensor>;
  readonly decisionFunction?: (x: Rows) => Promise<Tensor>;

  constructor(
    steps: readonly Transform[],
    estimator: Predictor,
    changes: Readonly<Record<string, unknown>> = {},
  ) {
    checkCall("new PredictorPipeline(steps: array, estimator: any, changes?)", arguments);
    if (steps.length === 0 || typeof estimator?.predict !== "function") {
      throw new ArgumentError(
        "PredictorPipeline: needs transforms followed by a predictor\n  hint: makePipeline(new StandardScaler(), new SVC())",
      );
    }
    steps.forEach((step, i) => {
      if (typeof step?.transform === "function") return;
      throw new ArgumentError(
        `PredictorPipeline: step ${i} is ${shown(step)}, which is not a transform\n  hint: makePipeline(new StandardScaler(), new SVC())`,
      );
    });
    this.steps = [...steps];
    this.estimator = estimator;
    this.#changes = changes;
    if (estimator.predictProba !== undefined) {
      this.predictProba = async (x) => this.#ask("predictProba", x);
    }
    if (estimator.decisionFunction !== undefined) {
      this.decisionFunction = async (x) => this.#ask("decisionFunction", x);
    }
  }

  /** The kind of its predictor. */
  get kind(): Predictor["kind"] {
    return this.estimator.kind;
  }

  /** Fits copies of the transforms and the predictor; the given ones are not fitted. */
  async fit(x: Rows, y: Numbers, options?: FitOptions): Promise<this> {
    checkCall(`${this.type}.fit(x: any, y: any, { sampleWeight })`, arguments);
    const steps = await Promise.all(this.steps.map((step) => unfitted(step, this.#changes)));
    const transform = new Pipeline(steps);
    const features = await transform.fitTransform(x, y as never);
    const estimator = this.estimator.clone();
    await estimator.fit(features, y, options);
    this.#fitted = { transform, estimator };
    return this;
  }

  /** The fitted transforms. */
  get transforms(): Pipeline {
    return this.#parts("transforms").transform;
  }

  /** The fitted predictor. */
  get predictor(): Predictor {
    return this.#parts("predictor").estimator;
  }

  /** The classes that `fit` saw, sorted. */
  get classes(): Int32Array | undefined {
    return (this.#parts("classes").estimator as { classes?: Int32Array }).classes;
  }

  async predict(x: Rows): Promise<Tensor> {
    checkCall(`${this.type}.predict(x: any)`, arguments);
    const { transform, estimator } = this.#parts("predict");
    return estimator.predict(transform.transform(x));
  }

  async score(x: Rows, y: Numbers, options?: FitOptions): Promise<number> {
    checkCall(`${this.type}.score(x: any, y: any, { sampleWeight })`, arguments);
    const { transform, estimator } = this.#parts("score");
    return estimator.score(transform.transform(x), y, options);
  }

  getParams(): object {
    if (arguments.length > 0) checkCall("PredictorPipeline.getParams()", arguments);
    return { ...this.estimator.getParams(), ...this.#changes };
  }

  clone(changes: object = {}): PredictorPipeline {
    checkCall("PredictorPipeline.clone(settings?)", arguments);
    const entries = Object.entries(changes);
    const isStep = ([name]: readonly [string, unknown]): boolean => name.includes(MARK);
    const known = new Set(this.steps.flatMap(typesIn));
    const strange = entries.find(
      (entry) => isStep(entry) && !known.has(entry[0].split(MARK)[0] as string),
    );
    if (strange !== undefined) {
      throw new ArgumentError(
        `PredictorPipeline: there is no step for ${strange[0]}\n  hint: the steps are ${[...known].join(", ")}`,
      );
    }
    return new PredictorPipeline(
      this.steps,
      this.estimator.clone(Object.fromEntries(entries.filter((entry) => !isStep(entry)))),
      { ...this.#changes, ...Object.fromEntries(entries.filter(isStep)) },
    );
  }

  /**
   * Settings and the result of `fit`, to be saved: `await save(await model.toState(),
   * "model.safetensors")`.
   */
  async toState(): Promise<EstimatorState> {
    checkCall(`${this.type}.toState()`, arguments);
    const fitted = this.#fitted;
    return {
      version: VERSION,
      type: this.type,
      params: {
        ...(await savedParts(new Pipeline(this.steps), this.estimator)),
        changes: this.#changes,
      },
      fitted: fitted && (await savedParts(fitted.transform, fitted.estimator)),
    };
  }

  /**
   * Restores a pipeline from `toState`.
   *
   * Throws ArgumentError for an invalid state, for another version, and for a class that is missing
   * in `classes`.
   */
  static async fromState(
    state: unknown,
    options: { readonly classes?: PipelineClasses } = {},
  ): Promise<PredictorPipeline> {
    checkCall("PredictorPipeline.fromState(state: any, { classes })", arguments);
    const { classes = {} } = options;
    const { params, fitted } = checkState("PredictorPipeline", state);
    const { changes, ...parts } = params as unknown as SavedParts & {
      changes: Readonly<Record<string, unknown>>;
    };
    const { transform, estimator } = await loadedParts(parts, classes);
    const made = new PredictorPipeline(transform.steps, estimator, changes);
    if (fitted != null) made.#fitted = await loadedParts(fitted as SavedParts, classes);
    return made;
  }

  #ask(method: "predictProba" | "decisionFunction", x: Rows): Promise<Tensor> {
    const { transform, estimator } = this.#parts(method);
    return (estimator[method] as (x: Rows) => Promise<Tensor>).call(
      estimator,
      transform.transform(x),
    );
  }

  #parts(call: string): { readonly transform: Pipeline; readonly estimator: Predictor } {
    if (this.#fitted !== null) return this.#fitted;
    throw new ArgumentError(
      `PredictorPipeline.${call}: not fitted yet\n  hint: await model.fit(x, y)`,
    );
  }
}

/** Names of the classes of a step and the steps inside it. */
function typesIn(step: Transform): string[] {
  if (step instanceof Pipeline) return step.steps.flatMap(typesIn);
  if (step instanceof ColumnTransformer)
    return step.parts.flatMap(({ steps }) => steps.flatMap(typesIn));
  return [step.type];
}

/** A pipeline of transforms and a final predictor. Throws ArgumentError for other steps. */
export function makePipeline(...steps: readonly [...Transform[], Predictor]): PredictorPipeline {
  return new PredictorPipeline(steps.slice(0, -1) as Transform[], steps.at(-1) as Predictor);
}
