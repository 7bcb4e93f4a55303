import { type Expr, e } from "../expression.ts";
import { int, type KernelFunction, ofLanes } from "./define.ts";

/** a / b toward 0. Division by 0 gives a, since targets differ there. */
const quotient = ofLanes((a, b) => {
  const by = b as Expr;
  const divisor = e.select(e.eq(by, e.number(0, by)), e.number(1, by), by);
  return e.quotient(a as Expr, divisor);
});

/** a − b (a / b), since targets differ in a remainder's sign; 0 if b is 0. */
const remainder = ofLanes((a, b) => {
  const [x, y] = [a as Expr, b as Expr];
  const zero = e.number(0, x);
  const rest = e.sub(x, e.mul(y, e.div(x, y)));
  return e.select(e.eq(y, zero), zero, rest);
});

/** Integer intrinsics on which targets differ, or which they lack. */
export const integers: Record<string, KernelFunction> = {
  div_i32: quotient,
  div_u32: quotient,
  rem_i32: remainder,
  rem_u32: remainder,
  pow_u32: {
    single: true,
    body: (b, base, exponent) => {
      const y = b.var(e.u32(1));
      const factor = b.var(base as Expr);
      const n = b.var(exponent as Expr);
      b.while(e.ne(n, e.u32(0)), () => {
        b.if(e.ne(e.bitAnd(n, e.u32(1)), e.u32(0)), () => b.set(y, e.mul(y, factor)));
        b.set(factor, e.mul(factor, factor));
        b.set(n, e.shiftRight(n, e.u32(1)));
      });
      return y;
    },
  },
  pow_i32: ofLanes((base, exponent) => {
    const [x, n] = [base as Expr, exponent as Expr];
    const whole = e.bitcast(e.pow(e.bitcast(x, "u32"), e.bitcast(n, "u32")), "i32");
    const odd = e.ne(e.bitAnd(n, int(1)), int(0));
    const alternating = e.select(odd, int(-1), int(1));
    const minus = e.select(e.eq(x, int(-1)), alternating, int(0));
    const below = e.select(e.eq(x, int(1)), int(1), minus);
    return e.select(e.ge(n, int(0)), whole, below);
  }),
  // Euclid's algorithm
  gcd_u32: {
    single: true,
    body: (b, first, second) => {
      const x = b.var(first as Expr);
      const y = b.var(second as Expr);
      b.while(e.ne(y, e.u32(0)), () => {
        const rest = b.let(e.remainder(x, y));
        b.set(x, y);
        b.set(y, rest);
      });
      return x;
    },
  },
  gcd_i32: ofLanes((first, second) => {
    const size = (x: Expr): Expr => e.bitcast(e.abs(x), "u32");
    return e.bitcast(e.gcd(size(first as Expr), size(second as Expr)), "i32");
  }),
  mulHigh_u32: ofLanes((a, b) => {
    const low = (x: Expr): Expr => e.bitAnd(x, e.u32(0xffff));
    const high = (x: Expr): Expr => e.shiftRight(x, e.u32(16));
    const [aLow, aHigh, bLow, bHigh] = [
      low(a as Expr),
      high(a as Expr),
      low(b as Expr),
      high(b as Expr),
    ];
    const middle = e.add(e.mul(aHigh, bLow), high(e.mul(aLow, bLow)));
    const carry = e.add(low(middle), e.mul(aLow, bHigh));
    return e.add(e.add(e.mul(aHigh, bHigh), high(middle)), high(carry));
  }),
};
