import { OnnxError } from "../error.ts";
import type { Operators } from "../operator.ts";
import { BOOL, castCodes, type ElementType, elementType } from "../types.ts";
import { Value } from "../value.ts";
import { onHost, rounded, typed } from "./apply.ts";

/**
 * Converts a value to another type: floats are truncated to integers, narrow integers wrap around.
 */
function cast(x: Value, type: ElementType): Value {
  if (x.type === type) return x;
  if (type.name === "BFLOAT16") throw new OnnxError("a cast to BFLOAT16 is not supported");
  const [known] = type.name === "FLOAT16" ? [] : (onHost([x]) ?? []);
  if (known !== undefined) {
    const one = (y: number): number => {
      if (type === BOOL) return y === 0 ? 0 : 1;
      return rounded(type.fraction ? y : Math.trunc(y), type);
    };
    return Value.host(type, known.shape, Array.from(known.data, one));
  }
  const { tensor } = x;
  if (type === BOOL) return Value.of(tensor.ne(0), BOOL);
  const whole = type.narrow !== null && x.type.fraction ? tensor.to("i32") : tensor;
  return typed(whole, type);
}

/** Casts. */
export const casts: Operators = {
  Cast: {
    inputs: [1, 1],
    attributes: { saturate: [0, 1], to: castCodes },
    run: (call) => cast(call.value(0), elementType(call.number("to") as number, "to")),
  },
  CastLike: {
    inputs: [2, 2],
    attributes: { saturate: [0, 1] },
    run: (call) => cast(call.value(0), call.value(1).type),
  },
};
