import * as w from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import {
  awayFromZero,
  constant,
  distinct,
  type Input,
  normal,
  truth,
  uniform,
  whole,
} from "./inputs.ts";

type Op = OpCase["op"];

/** Functions that are made of others, each on the inputs that it is given. */
const rows: Readonly<Record<string, readonly [op: Op, ...inputs: Input[]]>> = {
  copysign: [w.copysign, awayFromZero([3, 4]), awayFromZero([4])],
  hypot: [w.hypot, awayFromZero([3, 4]), awayFromZero([4])],
  fmax: [w.fmax, distinct([3, 4]), uniform([4], 0.2, 0.3)],
  fmin: [w.fmin, distinct([3, 4]), uniform([4], 0.2, 0.3)],
  ldexp: [w.ldexp, normal([3, 4]), uniform([4], -2, 2)],
  frexp: [(x) => [...w.frexp(x as w.Tensor)], awayFromZero([3, 4], 0.6, 0.9)],
  floatPower: [w.floatPower, uniform([3, 4], 0.3, 2), normal([4])],
  addcmul: [
    (x, a, b) => w.addcmul(x as w.Tensor, a as w.Tensor, b as w.Tensor, { value: 0.5 }),
    normal([3, 4]),
    normal([4]),
    normal([3, 1]),
  ],
  addcdiv: [
    (x, a, b) => w.addcdiv(x as w.Tensor, a as w.Tensor, b as w.Tensor, { value: 0.5 }),
    normal([3, 4]),
    normal([4]),
    awayFromZero([3, 1]),
  ],
  gcd: [w.gcd, whole([3, 4], -90, 90), whole([4], -90, 90)],
  "gcd of u32": [w.gcd, whole([3, 4], 0, 900, "u32"), whole([4], 0, 900, "u32")],
  lcm: [w.lcm, whole([3, 4], -90, 90), whole([4], -90, 90)],
  isclose: [w.isclose as Op, constant(normal([3, 4])), constant(normal([4]))],
  isin: [w.isin as Op, whole([3, 4], 0, 9), whole([4], 0, 9)],
  bucketize: [
    (x, edges) => w.bucketize(x as w.Tensor, w.msort(edges as w.Tensor), { right: true }),
    constant(normal([3, 4])),
    constant(normal([5])),
  ],
  histogram: [
    (x) => [...w.histogram(x as w.Tensor, 5, { density: true })],
    constant(normal([3, 7])),
  ],
  "quantile along a dimension": [
    (x, q) => w.quantile(x as w.Tensor, q as w.Tensor, 0),
    distinct([5, 2]),
    constant(uniform([2], 0.1, 0.9)),
  ],
  "quantile of all, halfway": [
    (x) => w.quantile(x as w.Tensor, 0.3, { interpolation: "midpoint", keepdim: true }),
    distinct([5, 2]),
  ],
  nanquantile: [(x) => w.nanquantile(w.log(x as w.Tensor), 0.4, 1), uniform([3, 5], -0.5, 4)],
  nanmean: [(x) => w.nanmean(x as w.Tensor, 1, { keepdim: true }), normal([3, 4])],
  varMean: [(x) => [...w.varMean(x as w.Tensor, 1)], normal([3, 4])],
  stdMean: [(x) => [...w.stdMean(x as w.Tensor, [0, 1], { correction: 0 })], normal([3, 4])],
  aminmax: [(x) => [...w.aminmax(x as w.Tensor, { dim: 1 })], distinct([3, 4])],
  mode: [(x) => [...w.mode(w.floor(x as w.Tensor), 1)], constant(uniform([3, 6], 0, 3))],
  dist: [(a, b) => w.dist(a as w.Tensor, b as w.Tensor, 3), distinct([3, 4]), normal([4])],
  renorm: [(x) => w.renorm(x as w.Tensor, 2, 0, 1), awayFromZero([3, 4])],
  cov: [w.cov as Op, normal([3, 5])],
  "cov with weights": [
    (x, f, a) => w.cov(x as w.Tensor, { fweights: f as w.Tensor, aweights: a as w.Tensor }),
    normal([3, 5]),
    whole([5], 1, 4),
    constant(uniform([5], 0.5, 2)),
  ],
  corrcoef: [w.corrcoef, distinct([2, 5])],
  trapezoid: [(y, x) => w.trapezoid(y as w.Tensor, x as w.Tensor), normal([3, 4]), normal([4])],
  cumulativeTrapezoid: [
    (y) => w.cumulativeTrapezoid(y as w.Tensor, { dx: 0.5, dim: 0 }),
    normal([3, 4]),
  ],
  gradient: [(x) => w.gradient(x as w.Tensor, { spacing: [0.5, 2] }), normal([3, 4])],
  "gradient at places": [
    (x, at) =>
      w.gradient(x as w.Tensor, { dim: 1, edgeOrder: 2, spacing: [w.cumsum(at as w.Tensor, 0)] }),
    normal([2, 4]),
    constant(uniform([4], 0.5, 2)),
  ],
  msort: [w.msort, distinct([3, 4])],
  cross: [(a, b) => w.cross(a as w.Tensor, b as w.Tensor), normal([2, 3]), normal([2, 3])],
  inner: [w.inner, normal([2, 3]), normal([4, 3])],
  addmv: [
    (c, a, b) => w.addmv(c as w.Tensor, a as w.Tensor, b as w.Tensor, { beta: 0.5, alpha: 2 }),
    normal([3]),
    normal([3, 4]),
    normal([4]),
  ],
  addr: [w.addr as Op, normal([3, 4]), normal([3]), normal([4])],
  addbmm: [w.addbmm as Op, normal([2, 3]), normal([2, 2, 4]), normal([2, 4, 3])],
  blockDiag: [(a, b) => w.blockDiag(a as w.Tensor, b as w.Tensor), normal([2, 3]), normal([2])],
  cartesianProd: [
    (a, b) => w.cartesianProd(a as w.Tensor, b as w.Tensor),
    normal([2]),
    normal([3]),
  ],
  combinations: [(x) => w.combinations(x as w.Tensor, { r: 3 }), normal([4])],
  columnStack: [
    (a, b) => w.columnStack([a as w.Tensor, b as w.Tensor]),
    normal([3]),
    normal([3, 2]),
  ],
  dstack: [(a, b) => w.dstack([a as w.Tensor, b as w.Tensor]), normal([3, 2]), normal([3, 2])],
  diagflat: [(x) => w.diagflat(x as w.Tensor, 1), normal([2, 2])],
  hsplit: [(x) => w.hsplit(x as w.Tensor, [1, 3]), normal([2, 5])],
  fliplr: [(x) => w.fliplr(x as w.Tensor), normal([2, 3])],
  narrowCopy: [(x) => w.narrowCopy(x as w.Tensor, 1, 1, 2), normal([2, 4])],
  selectScatter: [
    (x, y) => w.selectScatter(x as w.Tensor, y as w.Tensor, 1, -1),
    normal([2, 3]),
    normal([2]),
  ],
  sliceScatter: [
    (x, y) => w.sliceScatter(x as w.Tensor, y as w.Tensor, { dim: 1, start: 1, step: 2 }),
    normal([2, 5]),
    normal([2, 2]),
  ],
  diagonalScatter: [
    (x, y) => w.diagonalScatter(x as w.Tensor, y as w.Tensor, 1),
    normal([3, 4]),
    normal([3]),
  ],
  "indexPut that adds": [
    (x, i, y) => w.indexPut(x as w.Tensor, [i as w.Tensor], y as w.Tensor, { accumulate: true }),
    normal([4, 2]),
    whole([3], 0, 4),
    normal([3, 2]),
  ],
  put: [
    (x, i, y) => w.put(x as w.Tensor, i as w.Tensor, y as w.Tensor, true),
    normal([2, 3]),
    whole([4], -6, 6),
    normal([4]),
  ],
  maskedScatter: [
    (x, m, y) => w.maskedScatter(x as w.Tensor, m as w.Tensor, y as w.Tensor),
    normal([3, 4]),
    truth([3, 4]),
    normal([12]),
  ],
  ...Object.fromEntries(
    (["prod", "mean", "amax", "amin"] as const).map((reduce): [string, [Op, ...Input[]]] => [
      `indexReduce by ${reduce}`,
      [
        (x, i, y) => w.indexReduce(x as w.Tensor, 0, i as w.Tensor, y as w.Tensor, reduce),
        distinct([3, 2]),
        whole([4], 0, 3),
        uniform([4, 2], 0.2, 0.3),
      ],
    ]),
  ),
  fillDiagonal_: [(x) => (x as w.Tensor).mul(1).fillDiagonal_(7, { wrap: true }), normal([5, 2])],
};

testOps(Object.entries(rows).map(([name, [op, ...inputs]]): OpCase => ({ name, op, inputs })));
