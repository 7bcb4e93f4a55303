import { isFloating } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import type { Op } from "../graph/op.ts";
import { e } from "../kernel/expression.ts";
import { composite } from "../tape/modes.ts";
import type { Tensor } from "../tensor.ts";
import { type BinaryOp, binary, binaryFloat, type Operand, type UnaryOp, unary } from "./apply.ts";
import { zeroGradient } from "./constant.ts";
import { elementwise } from "./define.ts";

/** y = −x, elementwise. */
export const neg: UnaryOp = unary(
  elementwise({
    name: "neg",
    reference: (x) => -x,
    expression: (x) => e.neg(x),
    gradient: (dy) => [neg(dy)],
  }),
);

const plus: BinaryOp = binary(
  elementwise({
    name: "add",
    reference: (a, b) => a + b,
    // bool + bool is "or": the device stores 0 or 1
    expression: (a, b) => (a.dtype === "bool" ? e.or(a, b) : e.add(a, b)),
    gradient: (dy, _, { needs }) => [needs[0] === true && dy, needs[1] === true && dy],
  }),
);

const minus: BinaryOp = binary(
  elementwise({
    name: "sub",
    reference: (a, b) => a - b,
    expression: (a, b) => e.sub(a, b),
    gradient: (dy, _, { needs }) => [needs[0] === true && dy, needs[1] === true && neg(dy)],
  }),
);

/** c = a · b, elementwise. */
export const mul: BinaryOp = binary(
  elementwise({
    name: "mul",
    reference: (a, b) => a * b,
    integerReference: Math.imul,
    expression: (a, b) => (a.dtype === "bool" ? e.and(a, b) : e.mul(a, b)),
    saves: [0, 1],
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && mul(dy, b as Tensor),
      needs[1] === true && mul(dy, a as Tensor),
    ],
  }),
);

const quotient: BinaryOp = binaryFloat(
  elementwise({
    name: "div",
    reference: (a, b) => a / b,
    expression: (a, b) => e.div(a, b),
    saves: [0, 1],
    gradient: (dy, [a, b], { needs }) => [
      needs[0] === true && quotient(dy, b as Tensor),
      needs[1] === true && neg(mul(dy, quotient(quotient(a as Tensor, b as Tensor), b as Tensor))),
    ],
  }),
);

export interface AddOptions {
  /** Factor of the second operand. */
  readonly alpha?: number;
}

/** c = a + α·b, elementwise; for bools "or". Shapes broadcast, dtypes promote. */
export function add(a: Operand, b: Operand, { alpha = 1 }: AddOptions = {}): Tensor {
  return alpha === 1 ? plus(a, b) : composite(() => plus(a, scaled(b, alpha)));
}

/** c = a − α·b, elementwise. Shapes broadcast, dtypes promote; bools are refused, as in PyTorch. */
export function sub(a: Operand, b: Operand, { alpha = 1 }: AddOptions = {}): Tensor {
  for (const x of [a, b]) {
    if (typeof x === "object" && x.dtype === "bool") {
      throw new DTypeError("sub: bools do not subtract\n  hint: use logicalXor or bitwiseNot");
    }
  }
  return alpha === 1 ? minus(a, b) : composite(() => minus(a, scaled(b, alpha)));
}

const scaled = (x: Operand, by: number): Operand =>
  typeof x === "object" ? mul(x, by) : Number(x) * by;

/** c = b − α·a, elementwise: `sub` with its operands swapped. */
export function rsub(a: Operand, b: Operand, options: AddOptions = {}): Tensor {
  return sub(b, a, options);
}

/** a / b rounded toward zero ("trunc") or down ("floor"); integers stay integers. Gradient: zero. */
function roundedDivision(mode: "trunc" | "floor"): Op {
  const round = Math[mode];
  return elementwise({
    name: `div ${mode}`,
    reference: (a, b) => round(a / b),
    expression: (a, b) => {
      if (isFloating(a.dtype)) return e[mode](e.div(a, b));
      const q = e.div(a, b);
      if (mode === "trunc" || a.dtype !== "i32") return q;
      const zero = e.number(0, a);
      const inexact = e.ne(e.rem(a, b), zero);
      const opposite = e.xor(e.lt(a, zero), e.lt(b, zero));
      return e.select(e.and(inexact, opposite), e.sub(q, e.number(1, a)), q);
    },
    gradient: (dy) => [zeroGradient(dy), zeroGradient(dy)],
  });
}

const divTrunc: BinaryOp = binary(roundedDivision("trunc"));
const divFloor: BinaryOp = binary(roundedDivision("floor"));

export interface DivOptions {
  /** "trunc" rounds the quotient toward zero, "floor" down; without it the division is true, and gives a fraction. */
  readonly roundingMode?: "trunc" | "floor" | null;
}

/** c = a / b, elementwise; integers give f32 unless `roundingMode` is set. */
export function div(a: Operand, b: Operand, { roundingMode = null }: DivOptions = {}): Tensor {
  if (roundingMode === "trunc") return divTrunc(a, b);
  if (roundingMode === "floor") return divFloor(a, b);
  return quotient(a, b);
}

/** c = ⌊a / b⌋, elementwise, in the promoted dtype. */
export const floorDivide: BinaryOp = divFloor;
