import type { Tensor } from "@wgrad/autograd";
import type { Call } from "./call.ts";
import type { Value } from "./value.ts";

/** What an operator gives: a value or tensor, or several; an output that is not built is left out at the end. */
export type Given = Value | Tensor | readonly (Value | Tensor)[];

/** An operator of ONNX: what it takes, and how it is computed with our tensors. */
export interface Operator {
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** The attributes that are used, by name; with a list, the only values that are built. */
  readonly attributes?: Readonly<Record<string, true | readonly (string | number)[]>>;
  /** Inputs that are settings (scales, limits), which no optimizer trains. */
  readonly settings?: readonly number[];
  /** Inputs that are running statistics: buffers. */
  readonly state?: readonly number[];
  run(call: Call): Given;
}

/** Operators by name. */
export type Operators = Readonly<Record<string, Operator>>;
