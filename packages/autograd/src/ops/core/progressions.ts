import { checkDType, type DType, isFloating, newArray } from "../../dtype.ts";
import { ArgumentError } from "../../errors.ts";
import { noAttributes } from "../../graph/attributes.ts";
import type { Stream } from "../../graph/context.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { checkShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import {
  type CreateOptions,
  checkSupported,
  convert,
  fromHost,
  leaf,
  streamOf,
} from "./creation.ts";
import { elementwise } from "./define.ts";

const progressionOp: Op = elementwise({
  name: "progression",
  scalars: ["result", "result"],
  indexed: true,
  reference: (start, step, i) => (start as number) + (i as number) * (step as number),
  expression: (start, step, i) =>
    e.add(start as Expr, e.mul(e.cast(i as Expr, (start as Expr).dtype), step as Expr)),
});

/** start, start + step, …: `count` numbers. */
const progression = (
  start: number,
  step: number,
  count: number,
  dtype: DType,
  stream: Stream,
): Tensor => record(progressionOp, [], [count], dtype, noAttributes, [start, step], stream);

/** 0, 1, …, n − 1 as i32. */
export const counting = (n: number, stream: Stream): Tensor => progression(0, 1, n, "i32", stream);

/**
 * start, start + step, … below `end`: arange(5), arange(0, 1, 0.25). i32 if all are integers, else
 * f32.
 */
export function arange(
  start: number,
  end?: number | CreateOptions,
  step?: number | CreateOptions,
  options?: CreateOptions,
): Tensor {
  checkCall(
    "arange(start: number, end?: number | options, step?: number | options, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const settings = [options, step, end].find((x) => typeof x === "object") ?? {};
  const [first, last] = typeof end === "number" ? [start, end] : [0, start];
  const stride = typeof step === "number" ? step : 1;
  const count = Math.ceil((last - first) / stride);
  if (!Number.isFinite(count) || (count < 0 && last !== first)) {
    throw new ArgumentError(`arange: cannot go from ${first} to ${last} with step ${stride}`);
  }
  const whole = [first, last, stride].every(Number.isInteger);
  const dtype = checkDType("arange", settings.dtype ?? (whole ? "i32" : "f32"));
  const stream = streamOf("arange", settings);
  checkSupported("arange", stream, dtype);
  return leaf(progression(first, stride, count, dtype, stream), settings);
}

/**
 * `steps` evenly spaced numbers from `start` to `end`, both included, computed in f64 and rounded
 * once.
 */
export function linspace(
  start: number,
  end: number,
  steps: number,
  options: CreateOptions = {},
): Tensor {
  checkCall(
    "linspace(start: number, end: number, steps: number, { dtype, requiresGrad: boolean, device })",
    arguments,
  );
  return spaced("linspace", start, end, steps, (x) => x, options);
}

/** Options of `logspace`. */
export interface LogspaceOptions extends CreateOptions {
  readonly base?: number;
}

/** base^start … base^end: `steps` numbers whose logarithms are evenly spaced. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: LogspaceOptions = {},
): Tensor {
  checkCall(
    "logspace(start: number, end: number, steps: number, { base: number, dtype, requiresGrad: boolean, device })",
    arguments,
  );
  const { base = 10 } = options;
  return spaced("logspace", start, end, steps, (x) => base ** x, options);
}

function spaced(
  call: string,
  start: number,
  end: number,
  steps: number,
  map: (x: number) => number,
  options: CreateOptions,
): Tensor {
  checkShape(call, [steps]);
  const dtype = checkDType(call, options.dtype ?? "f32");
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const values = newArray(call, "f64", steps);
  for (let i = 0; i < steps; i++) {
    // Computed from both ends, so that the last one is exact.
    values[i] = map(i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step);
  }
  const checked = isFloating(dtype) ? values : Array.from(values);
  return fromHost(convert(checked, dtype), [steps], dtype, options);
}
