import type { Body } from "./bodies.ts";
import type { Dice } from "./dice.ts";

/** A last layer and a loss on top of a body. */
export interface Head {
  /** The lines declare `modules` (everything trained) and `lossOf(step)`. */
  readonly lines: readonly string[];
}

type MakeHead = (d: Dice, body: Body) => Head;

const withHead = (features: number, outputs: number, rest: readonly string[]): Head => ({
  lines: [
    `const head = new nn.Linear(${features}, ${outputs});`,
    "const modules = [model, head];",
    ...rest,
  ],
});

const regression: MakeHead = (d, { rows, features }) => {
  const outputs = d.choose([1, 2, 4]);
  const loss = d.choose(["mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"]);
  const reduction = d.choose(["mean", "sum"]);
  return withHead(features, outputs, [
    `const y = w.randn([${rows}, ${outputs}]);`,
    `const lossOf = () => nn.functional.${loss}(head(body(x)), y, { reduction: "${reduction}" });`,
  ]);
};

const classes: MakeHead = (d, { rows, features }) => {
  const count = d.choose([2, 3, 5, 8]);
  const options = d.choose([
    "{}",
    "{ labelSmoothing: 0.1 }",
    "{ reduction: 'sum' }",
    `{ weight: w.tensor([${Array.from({ length: count }, (_, i) => 0.5 + i / 4)}]) }`,
  ]);
  return withHead(features, count, [
    `const y = w.randint(0, ${count}, [${rows}]);`,
    `const lossOf = () => nn.functional.crossEntropy(head(body(x)), y, ${options});`,
  ]);
};

const yesOrNo: MakeHead = (d, { rows, features }) => {
  const loss = d.once(2)
    ? "nn.functional.binaryCrossEntropyWithLogits(head(body(x)), y)"
    : "nn.functional.binaryCrossEntropy(head(body(x)).sigmoid(), y)";
  return withHead(features, 1, [
    `const y = w.rand([${rows}, 1]).gt(0.5).to("f32");`,
    `const lossOf = () => ${loss};`,
  ]);
};

/** Difference of two means, plus a gradient penalty on the inputs if the body is smooth. */
const critic: MakeHead = (d, { features, smooth }) => {
  const penalty = smooth
    ? `const xs = x.mul(0.5).detach(); xs.requiresGrad = true;
  const [g] = w.grad(head(body(xs)).sum(), [xs], { createGraph: true });
  const penalty = g.square().sum(1).add(0.01).sqrt().sub(1).square().mean();`
    : "const penalty = 0;";
  const other = d.choose(["x.neg()", "x.mul(0.5)", "x.roll(1, 0)"]);
  return withHead(features, 1, [
    `const lossOf = () => {
  const other = x.dtype === "f32" ? ${other} : x;
  ${penalty}
  return head(body(x)).mean().sub(head(body(other)).mean()).add(penalty);
};`,
  ]);
};

/** Two losses on one body, weighted by learned numbers. */
const twoTasks: MakeHead = (d, { rows, features }) => {
  const count = d.choose([2, 4]);
  return {
    lines: [
      `const first = new nn.Linear(${features}, ${count});`,
      `const second = new nn.Linear(${features}, 1);`,
      "class Weights extends nn.Module { constructor() { super(); this.a = nn.parameter(w.zeros([])); this.b = nn.parameter(w.zeros([1])); } forward(x) { return x; } }",
      "const weights = new Weights();",
      "const modules = [model, first, second, weights];",
      `const y = w.randint(0, ${count}, [${rows}]);`,
      `const z = w.randn([${rows}, 1]);`,
      `const lossOf = () => {
  const h = body(x);
  const one = nn.functional.crossEntropy(first(h), y).mul(weights.a.neg().exp()).add(weights.a);
  return one.add(nn.functional.mseLoss(second(h), z).mul(weights.b.neg().exp()).add(weights.b).sum());
};`,
    ],
  };
};

const distances: MakeHead = (d, { rows, features }) => {
  const loss = d.choose([
    "nn.functional.cosineEmbeddingLoss(h, h.roll(1, 0), signs, { margin: 0.2 })",
    "nn.functional.tripletMarginLoss(h, h.roll(1, 0), h.flip(0), { margin: 0.5 })",
    "nn.functional.normalize(h, { dim: 1, eps: 0.01 }).matmul(nn.functional.normalize(h, { dim: 1, eps: 0.01 }).T).div(0.5).logSoftmax(1).diagonal().mean().neg()",
  ]);
  return withHead(features, 4, [
    `const signs = w.tensor([${Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 1 : -1))}], { dtype: "f32" });`,
    `const lossOf = () => { const h = head(body(x)); return ${loss}; };`,
  ]);
};

const distributions: MakeHead = (d, { rows, features }) => {
  const count = d.choose([3, 4, 8]);
  const loss = d.choose([
    "nn.functional.klDiv(out.logSoftmax(1), target, { reduction: 'batchmean' })",
    "target.mul(out.logSoftmax(1)).sum(1).mean().neg()",
    "nn.functional.mseLoss(out.softmax(1), target)",
    "out.softmax(1).square().sum().add(out.std())",
  ]);
  return withHead(features, count, [
    `const target = w.randn([${rows}, ${count}]).softmax(1);`,
    `const lossOf = () => { const out = head(body(x)); return ${loss}; };`,
  ]);
};

export const heads: readonly MakeHead[] = [
  regression,
  regression,
  classes,
  classes,
  yesOrNo,
  critic,
  critic,
  twoTasks,
  distances,
  distributions,
];
