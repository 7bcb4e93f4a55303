import type { Tensor } from "@wgrad/autograd";
import type { Call } from "./call.ts";
import type { Value } from "./value.ts";

/**
 * The result of an operator: a value or tensor, or several; unsupported outputs at the end are
 * omitted.
 */
export type Given = Value | Tensor | readonly (Value | Tensor)[];

/** An ONNX operator: its inputs and attributes, and how it is computed with tensors. */
export interface Operator {
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [number, number];
  /** Supported attributes by name; a list has the only supported values. */
  readonly attributes?: Readonly<Record<string, true | readonly (string | number)[]>>;
  /** Inputs that are settings (scales, limits), which are not trained. */
  readonly settings?: readonly number[];
  /** Inputs that are running statistics, which are buffers. */
  readonly state?: readonly number[];
  run(call: Call): Given;
}

/** Operators by name. */
export type Operators = Readonly<Record<string, Operator>>;
