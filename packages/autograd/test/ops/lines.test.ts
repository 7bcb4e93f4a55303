import * as w from "@wgrad/autograd";
import { type OpCase, testOps } from "./harness.ts";
import { awayFromZero, constant, distinct, type Input, normal, truth, whole } from "./inputs.ts";

type OfOne = (x: w.Tensor) => w.Tensor | readonly w.Tensor[];
type Row = readonly [op: OfOne, x?: Input];

/** Some of them 0: none, one or several a line. */
const withZeros = (shape: w.Shape): Input => {
  const from = awayFromZero(shape, 0.5, 1.5);
  return {
    ...from,
    draw: (g, n) => from.draw(g, n).map((x) => (g.u32() % 3 === 0 ? 0 : x)),
    withShape: withZeros,
  };
};
const both = ({ values, indices }: w.ValuesAndIndices): readonly w.Tensor[] => [values, indices];

const anywhere: Readonly<Record<string, Row>> = {
  cumsum: [(x) => w.cumsum(x, -1)],
  cumprod: [(x) => w.cumprod(x, -1), awayFromZero([3, 4], 0.5, 1.5)],
  logcumsumexp: [(x) => w.logcumsumexp(x, -1)],
  cummax: [(x) => both(w.cummax(x, -1)), distinct([3, 4])],
  cummin: [(x) => both(w.cummin(x, 0)), distinct([3, 4])],
  sort: [(x) => both(w.sort(x)), distinct([3, 4])],
  "sort, descending": [(x) => both(w.sort(x, 0, { descending: true })), distinct([3, 4])],
  argsort: [(x) => w.argsort(x, 0), constant(distinct([3, 4]))],
};

const rows: Readonly<Record<string, Row>> = {
  "cumsum of columns": [(x) => w.cumsum(x, 0), normal([2, 3, 4])],
  "cumsum of a 0-d tensor": [(x) => w.cumsum(x, 0), normal([])],
  "cumsum of bools": [(x) => w.cumsum(x, 1), truth([3, 4])],
  "cumsum of integers": [(x) => w.cumsum(x, 1), whole([3, 4], -9, 9)],
  "cumsum in another dtype": [(x) => w.cumsum(x, 1, { dtype: "f32" }), whole([3, 4], -9, 9)],
  "cumprod of columns": [(x) => w.cumprod(x, 1), awayFromZero([2, 3, 4], 0.5, 1.5)],
  "cumprod with zeros": [(x) => w.cumprod(x, 1), withZeros([6, 5])],
  "cumprod of integers": [(x) => w.cumprod(x, 1), whole([3, 4], -9, 9)],
  "logcumsumexp of far apart": [(x) => w.logcumsumexp(x.mul(200), 0), normal([5, 3])],
  "cummax of integers": [(x) => both(w.cummax(x, 1)), whole([3, 6], 0, 3)],
  diff: [(x) => w.diff(x)],
  "diff twice, of columns": [(x) => w.diff(x, 2, 0), normal([5, 3])],
  "diff with more at its ends": [(x) => w.diff(x, { prepend: x, append: x.mul(2) })],
  "diff of bools": [(x) => w.diff(x), truth([3, 5])],
  "sort of integers": [(x) => both(w.sort(x, 1)), whole([3, 9], 0, 4)],
  "sort of more than a run": [(x) => both(w.sort(x)), distinct([2, 41])],
  topk: [(x) => both(w.topk(x, 2)), distinct([3, 5])],
  "topk, smallest of columns": [(x) => both(w.topk(x, 2, 0, { largest: false })), distinct([5, 3])],
  kthvalue: [(x) => both(w.kthvalue(x, 2, 0)), distinct([4, 3])],
  "kthvalue, kept": [(x) => both(w.kthvalue(x, 1, { keepdim: true })), distinct([4, 3])],
  median: [(x) => w.median(x), distinct([3, 4])],
  "median along": [(x) => both(w.median(x, 1)), distinct([3, 4])],
  "median along, kept": [(x) => both(w.median(x, 0, { keepdim: true })), distinct([5, 4])],
  "median of integers": [(x) => both(w.median(x, 1)), whole([3, 5], 0, 9)],
  nanmedian: [(x) => w.nanmedian(x), distinct([3, 4])],
  histc: [(x) => w.histc(x, { bins: 4, min: -1, max: 1 }), constant(normal([40]))],
  "histc of its own range": [(x) => w.histc(x, { bins: 3 }), constant(normal([4, 5]))],
  searchsorted: [(x) => w.searchsorted(w.sort(x).values, x.flip(0)), constant(normal([3, 13]))],
};

testOps([
  ...Object.entries(anywhere).map(
    ([name, [op, x = normal([3, 4])]]): OpCase => ({
      name,
      op: (operand) => op(operand as w.Tensor),
      inputs: [x],
      anyShape: true,
    }),
  ),
  ...Object.entries(rows).map(
    ([name, [op, x = normal([3, 4])]]): OpCase => ({
      name,
      op: (operand) => op(operand as w.Tensor),
      inputs: [x],
    }),
  ),
]);
