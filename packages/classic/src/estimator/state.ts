import { ArgumentError } from "@wgrad/autograd";
import { shown } from "./settings.ts";

/** Version of the saved form. It is raised by changes that older code cannot read. */
export const VERSION = 1;

/**
 * The saved form of an estimator: plain data and typed arrays, which `save` of
 * `@wgrad/autograd/saving` writes to a safetensors file.
 */
export interface EstimatorState {
  readonly version: number;
  /** The name of the class. */
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The result of `fit`; null before. */
  readonly fitted: unknown;
}

/**
 * Throws ArgumentError unless `state` is a state of this class in a version that this code reads.
 */
export function checkState(type: string, state: unknown): EstimatorState {
  const { version, type: of, params } = (state ?? {}) as Partial<EstimatorState>;
  const plain = typeof params === "object" && params !== null && !Array.isArray(params);
  if (typeof version !== "number" || typeof of !== "string" || !plain) {
    throw new ArgumentError(
      `${type}.fromState: not a saved estimator\n  hint: pass the result of toState(), or load() of its file`,
    );
  }
  if (version !== VERSION) {
    throw new ArgumentError(
      `${type}.fromState: the state has version ${shown(version)}, but this library reads version ${VERSION}`,
    );
  }
  if (of !== type) {
    throw new ArgumentError(
      `${type}.fromState: the state belongs to ${shown(of)}\n  hint: use ${of}.fromState`,
    );
  }
  return state as EstimatorState;
}

/** An ArgumentError for a state whose parts do not fit together. */
export function damaged(type: string, what: string): ArgumentError {
  return new ArgumentError(`${type}.fromState: the state is damaged: ${what}`);
}
