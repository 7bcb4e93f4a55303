import { noAttributes } from "../../graph/attributes.ts";
import type { Stream } from "../../graph/context.ts";
import type { Op } from "../../graph/op.ts";
import { type Expr, e } from "../../kernel/expression.ts";
import { PHILOX, philoxBits, philoxUniform } from "../../random/philox.ts";
import type { Shape } from "../../shape.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { elementwise } from "./define.ts";

const u32 = (value: number): Expr => e.constant(value % 2 ** 32, "u32");

/**
 * random/philox.ts in the IR: the u32 of an element, from its index, the seed and the draw's
 * number.
 */
function bits(key: Expr, offset: Expr, index: Expr): Expr {
  let [c0, c1, c2, c3] = [e.shiftRight(index, u32(2)), offset, u32(0), u32(0)];
  for (let round = 0; round < PHILOX.ROUNDS; round++) {
    const k0 = e.add(key, u32(round * PHILOX.WEYL_0));
    const k1 = u32(round * PHILOX.WEYL_1);
    const high0 = e.mulHigh(u32(PHILOX.MULTIPLIER_0), c0);
    const low0 = e.mul(u32(PHILOX.MULTIPLIER_0), c0);
    const high1 = e.mulHigh(u32(PHILOX.MULTIPLIER_1), c2);
    const low1 = e.mul(u32(PHILOX.MULTIPLIER_1), c2);
    [c0, c1, c2, c3] = [
      e.bitXor(e.bitXor(high1, c1), k0),
      low1,
      e.bitXor(e.bitXor(high0, c3), k1),
      low0,
    ];
  }
  const word = e.bitAnd(index, u32(3));
  const is = (n: number): Expr => e.eq(word, u32(n));
  return e.select(is(0), c0, e.select(is(1), c1, e.select(is(2), c2, c3)));
}

/** The high 24 bits, which f32 represents exactly. */
const high24 = (...place: [Expr, Expr, Expr]): Expr => e.shiftRight(bits(...place), u32(8));

const uniformOp: Op = elementwise({
  name: "philoxUniform",
  scalars: ["u32", "u32"],
  indexed: true,
  reference: philoxUniform as (...values: number[]) => number,
  expression: (key, offset, index) =>
    e.mul(e.cast(high24(key as Expr, offset as Expr, index as Expr), "f32"), e.constant(2 ** -24)),
});

const belowOp: Op = elementwise({
  name: "philoxBelow",
  scalars: ["u32", "u32", "u32"],
  indexed: true,
  reference: (key, offset, threshold, index) =>
    Number(
      philoxBits(key as number, offset as number, index as number) >>> 8 < (threshold as number),
    ),
  expression: (key, offset, threshold, index) =>
    e.lt(high24(key as Expr, offset as Expr, index as Expr), threshold as Expr),
});

/** The seed and number of a draw. */
export type Place = readonly [key: number, offset: number];

/** Uniform f32 numbers in [0, 1), drawn in the kernel that uses them. */
export function philoxUniforms(shape: Shape, place: Place, stream: Stream): Tensor {
  return record(uniformOp, [], shape, "f32", noAttributes, place, stream);
}

/** True with probability `p` (to 2⁻²⁴). Integers are compared, so that all devices agree. */
export function philoxBelow(shape: Shape, p: number, place: Place, stream: Stream): Tensor {
  return record(
    belowOp,
    [],
    shape,
    "bool",
    noAttributes,
    [...place, Math.ceil(p * 2 ** 24)],
    stream,
  );
}
