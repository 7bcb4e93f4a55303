import * as w from "@wgrad/autograd";
import { Tensor } from "@wgrad/autograd";
import {
  call,
  each,
  lazily,
  mask,
  names,
  number,
  on,
  other,
  type Row,
  rows,
  shaped,
  square,
  usual,
  vector,
  whole,
  written,
} from "./rows.ts";

type Lists = Record<string, (xs: Tensor[]) => Tensor>;
type Table = Readonly<Record<string, readonly Row[]>>;

/** Names that were added after table.ts. */
export const further: Table = {
  ...each(
    "new",
    "deg2rad rad2deg signbit isposinf isneginf frexp argwhere nanmean fliplr flipud diagflat",
  ),
  ...each("new", "copysign hypot fmax fmin heaviside isclose dist", [lazily(other)]),
  ...each("new", "gcd lcm", [lazily(whole)], whole),
  ldexp: [
    call(
      "new",
      lazily(() => w.zeros([2, 3])),
    ),
  ],
  ...each("new", "celu hardshrink"),
  ...each("new", "clampMin", [-9]),
  ...each("new", "clampMax", [9]),
  floatPower: [call("new", 1)],
  ...each("new", "addcmul addcdiv", [lazily(other), lazily(other)]),
  isin: [call("new", lazily(other))],
  ...each("new", "varMean stdMean mode aminmax", [], number),
  ...each("new", "quantile nanquantile", [0.5], number),
  uniqueConsecutive: [call("new")],
  bucketize: [call("new", lazily(vector))],
  histogram: [call("new", 3, { range: [0, 1] })],
  msort: [on(shaped(1, 3), call("new"))],
  renorm: [call("new", 2, 0, 9)],
  ...each("new", "cov corrcoef"),
  trapezoid: [on(shaped(2), call("new"))],
  trapz: [on(shaped(2), call("new"))],
  cumulativeTrapezoid: [on(shaped(2), call("new"))],
  gradient: [on(shaped(3), call("new"))],
  // products
  ...each("new", "addmv", [lazily(square), lazily(shaped(2))], shaped(2)),
  ...each("new", "addr", [lazily(shaped(2)), lazily(shaped(2))], square),
  ...each("new", "addbmm", [lazily(shaped(1, 2, 2)), lazily(shaped(1, 2, 2))], square),
  ...each("new", "vdot inner", [lazily(vector)], vector),
  cross: [on(vector, call("new", lazily(vector)))],
  // shapes
  ...each("view", "hsplit vsplit", [1]),
  dsplit: [on(shaped(1, 1, 2), call("view", 2))],
  splitWithSizes: [call("view", [2])],
  narrowCopy: [call("new", 0, 0, 2)],
  selectScatter: [call("new", lazily(vector), 0, 0)],
  sliceScatter: [call("new", lazily(usual))],
  diagonalScatter: [call("new", lazily(shaped(2)))],
  combinations: [on(vector, call("new")), on(vector, call("new", { r: 1 }))],
  cartesianProd: [on(vector, call("view")), on(vector, call("new", lazily(vector)))],
  blockDiag: [call("new")],
  ...Object.fromEntries(
    names("columnStack dstack concat concatenate rowStack").map((name) => [
      name,
      [written("new", (x) => (w as unknown as Lists)[name]?.([x]))],
    ]),
  ),
  // selection
  indexPut: [call("new", [0], 1)],
  indexPut_: [call("self", [0], 1)],
  put: [call("new", lazily(rows), lazily(shaped(2)))],
  maskedScatter: [call("new", lazily(mask), lazily(usual))],
  indexReduce: [
    call(
      "new",
      0,
      lazily(() => rows()),
      lazily(usual),
      "amax",
    ),
  ],
  // tensors like x
  asTensor: [call("self"), on(usual, call("new", { dtype: "i32" }))],
  asarray: [call("self")],
  fill: [call("new", 1)],
  fill_: [call("self", 1)],
  zero_: [call("self")],
  randintLike: [call("new", 3)],
  multinomial: [call("new", 1), call("new", 2, true)],
  poisson: [call("new")],
  binomial: [call("new", lazily(usual))],
};

/** PyTorch's aliases, which behave like the named function. */
const same: Readonly<Record<string, string>> = {
  absolute: "abs",
  arccos: "acos",
  arccosh: "acosh",
  arcsin: "asin",
  arcsinh: "asinh",
  arctan: "atan",
  arctan2: "atan2",
  arctanh: "atanh",
  clip: "clamp",
  divide: "div",
  fix: "trunc",
  ger: "outer",
  greater: "gt",
  greaterEqual: "ge",
  less: "lt",
  lessEqual: "le",
  moveaxis: "movedim",
  multiply: "mul",
  negative: "neg",
  notEqual: "ne",
  subtract: "sub",
  swapaxes: "transpose",
  swapdims: "transpose",
};

/**
 * Adds the rows of aliases and of in-place variants: abs_ has the arguments of abs and returns x.
 */
export function withTwins(table: Table): Table {
  const all: Record<string, readonly Row[]> = { ...table };
  for (const [name, first] of Object.entries(same)) all[name] = table[first] as readonly Row[];
  for (const name of Object.getOwnPropertyNames(Tensor.prototype)) {
    const twin = all[name.slice(0, -1)];
    if (!name.endsWith("_") || twin === undefined || name in all) continue;
    const [row] = twin.filter((one) => "args" in one);
    if (row !== undefined) all[name] = [{ ...row, kind: "self" }];
  }
  return all;
}
