import type { Tensor } from "@wgrad/autograd";
import { type Expr, e, elementwise, unary } from "@wgrad/autograd/plugin";

const scratch = new Float32Array(1);
const bitsOf = new Uint32Array(scratch.buffer);

function rounded(x: number): number {
  scratch[0] = x;
  const bits = bitsOf[0] as number;
  if (Number.isNaN(x)) return x;
  bitsOf[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return scratch[0];
}

/** Rounds to the 8 significant bits of a bfloat16, ties to even. The result stays in f32. */
const round = unary(
  elementwise({
    name: "bfloat16",
    reference: rounded as (...values: number[]) => number,
    expression: (...[x]) => {
      const value = x as Expr;
      const bits = e.bitcast(value, "u32");
      const odd = e.bitAnd(e.shiftRight(bits, e.u32(16)), e.u32(1));
      const up = e.add(e.add(bits, e.u32(0x7fff)), odd);
      return e.select(e.isNan(value), value, e.bitcast(e.bitAnd(up, e.u32(0xffff0000)), "f32"));
    },
  }),
);

/** The values of `x` rounded to bfloat16, stored as f32. */
export const bfloat16 = (x: Tensor): Tensor => round(x.to("f32"));
