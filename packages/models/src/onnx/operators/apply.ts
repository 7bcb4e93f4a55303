import { bitwiseAnd, bitwiseLeftShift, bitwiseRightShift, type Tensor } from "@wgrad/autograd";
import type { Call } from "../call.ts";
import { elementwise } from "../host.ts";
import type { Operator } from "../operator.ts";
import { type ElementType, storage, wrapped } from "../types.ts";
import { type HostArray, sizeOf, Value } from "../value.ts";

/** Longer arrays are computed on the device even if they are on the host. */
const LONG = 1 << 16;

/** The arrays on the host; null if one is on the device only or too long. */
export function onHost(values: readonly Value[]): HostArray[] | null {
  const known = values.flatMap(({ known }) => known ?? []);
  const all = known.length === values.length;
  return all && known.every(({ shape }) => sizeOf(shape) <= LONG) ? known : null;
}

/** A number as the type stores it. Doubles and integers are unchanged; a half is kept as f32. */
export function rounded(x: number, type: ElementType): number {
  if (type.name === "DOUBLE") return x;
  return type.fraction ? Math.fround(x) : wrapped(x, type);
}

/** A tensor as a value of `type`, in the dtype that holds it; narrow integers wrap around. */
export function typed(x: Tensor, type: ElementType): Value {
  const dtype = storage(type);
  const held = x.dtype === dtype ? x : x.to(dtype);
  if (type.narrow === null) return Value.of(held, type);
  const { bits, signed } = type.narrow;
  const shift = 32 - bits;
  const whole = signed
    ? bitwiseRightShift(bitwiseLeftShift(held, shift), shift)
    : bitwiseAnd(held, 2 ** bits - 1);
  return Value.of(whole, type);
}

/** Computes elementwise: on the host if all inputs are there, else with tensors. */
export function compute(
  values: readonly Value[],
  type: ElementType,
  device: (...x: Tensor[]) => Tensor,
  host?: (...x: number[]) => number,
): Value {
  const known = host === undefined ? null : onHost(values);
  if (known !== null && host !== undefined) {
    const { shape, data } = elementwise(known, (...x) => rounded(host(...x), type));
    return Value.host(type, shape, data);
  }
  return typed(device(...values.map((value) => value.tensor)), type);
}

/** The inputs of a call that are not missing. */
export const given = (call: Call): Value[] => call.inputs.flatMap((value) => value ?? []);

/** An operator with one input whose result has the type of the input. */
export const unary = (device: (x: Tensor) => Tensor, host?: (x: number) => number): Operator => ({
  inputs: [1, 1],
  run: (call) => compute([call.value(0)], call.value(0).type, device, host),
});
