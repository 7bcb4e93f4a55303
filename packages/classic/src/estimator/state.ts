import { ArgumentError } from "@wgrad/autograd";
import { shown } from "./settings.ts";

/** The form of saved states. A change that older code cannot read raises it. */
export const VERSION = 1;

/**
 * An estimator written down: plain data and typed arrays, which `save` of `@wgrad/autograd/saving`
 * puts into a safetensors file.
 */
export interface EstimatorState {
  readonly version: number;
  /** The name of its class. */
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What `fit` learned; null before. */
  readonly fitted: unknown;
}

/** Throws ArgumentError unless this is a state of that class, in a form that this code reads. */
export function checkState(type: string, state: unknown): EstimatorState {
  const { version, type: of, params } = (state ?? {}) as Partial<EstimatorState>;
  const plain = typeof params === "object" && params !== null && !Array.isArray(params);
  if (typeof version !== "number" || typeof of !== "string" || !plain) {
    throw new ArgumentError(
      `${type}.fromState: not a saved estimator\n  hint: what toState() gave, or load() of its file`,
    );
  }
  if (version !== VERSION) {
    throw new ArgumentError(
      `${type}.fromState: the state is of version ${shown(version)}, this library reads ${VERSION}`,
    );
  }
  if (of !== type) {
    throw new ArgumentError(
      `${type}.fromState: the state is of a ${shown(of)}\n  hint: ${of}.fromState, or fromState of any`,
    );
  }
  return state as EstimatorState;
}

/** Throws ArgumentError for a state whose parts do not fit together. */
export function damaged(type: string, what: string): ArgumentError {
  return new ArgumentError(`${type}.fromState: the state is damaged: ${what}`);
}
