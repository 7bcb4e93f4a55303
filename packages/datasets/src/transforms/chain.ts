import { ArgumentError, Tensor } from "@wgrad/autograd";
import type { Labels } from "../splits/stratify.ts";
import { Table } from "../table/table.ts";
import { columnsOf, tensorOf } from "./columns.ts";
import type { Inputs, NamedColumn, Transform } from "./transform.ts";

/** A value passed between steps. */
export type Value = Table | readonly NamedColumn[] | Tensor;

/** Fits each step on the output of the previous ones. */
export async function fitChain(
  name: string,
  steps: readonly Transform[],
  x: Value,
  y: Labels | Tensor | undefined,
): Promise<void> {
  let value = x;
  for (const [i, step] of steps.entries()) {
    const input = inputOf(name, step, value);
    await (step.fit as (x: Inputs[keyof Inputs], y?: Labels | Tensor) => unknown)(input, y);
    if (i < steps.length - 1) value = step.transform(input);
  }
}

/** Passes a value through fitted steps; the result is a tensor. */
export function passChain(name: string, steps: readonly Transform[], x: Value): Tensor {
  const value = steps.reduce<Value>((at, step) => step.transform(inputOf(name, step, at)), x);
  return toTensor(value);
}

/** Converts a value to the input type of a step. */
function inputOf(name: string, step: Transform, value: Value): Inputs[keyof Inputs] {
  if (step.takes === "tensor") return toTensor(value);
  if (value instanceof Tensor) {
    throw new ArgumentError(
      `${name}: ${step.type} takes ${step.takes}, but the previous step returns a tensor` +
        "\n  hint: put imputers and encoders before scalers",
    );
  }
  if (step.takes === "columns") return value instanceof Table ? columnsOf(value) : value;
  if (value instanceof Table) return value;
  throw new ArgumentError(`${name}: ${step.type} takes a table, so it must be the first step`);
}

function toTensor(value: Value): Tensor {
  if (value instanceof Tensor) return value;
  return tensorOf(value instanceof Table ? columnsOf(value) : value);
}
