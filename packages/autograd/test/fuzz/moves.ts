import type { Tensor } from "@wgrad/autograd";

/** A program that is being written. */
export interface Draft {
  readonly t: Tensor[];
  /** How large the elements of each may be. */
  readonly bounds: number[];
  /** A random whole number in [0, n). */
  below(n: number): number;
  choose<T>(list: readonly T[]): T;
}

export interface Step {
  readonly line: string;
  /** How large the elements of the result may be. */
  readonly bound: number;
  /** The tensor that is written in place. */
  readonly writes?: number;
}

/** A kind of line; null where nothing so far suits it. */
export type Move = (draft: Draft) => Step | null;

/** Any tensor so far, a recent one more often. */
function pick({ t, below }: Draft): number {
  const recent = Math.min(t.length, 5);
  return below(3) > 0 ? t.length - 1 - below(recent) : below(t.length);
}

const shapeOf = ({ t }: Draft, i: number): readonly number[] => (t[i] as Tensor).shape;
const boundOf = ({ bounds }: Draft, i: number): number => bounds[i] as number;
const push = (code: string, bound: number): Step => ({ line: `t.push(${code});`, bound });

const unary: readonly (readonly [code: string, bound: (b: number) => number])[] = [
  ["tanh()", () => 1],
  ["sigmoid()", () => 1],
  ["sin()", () => 1],
  ["cos()", () => 1],
  ["erf()", () => 1],
  ["neg()", (b) => b],
  ["abs()", (b) => b],
  ["relu()", (b) => b],
  ["square()", (b) => b * b],
  ["exp()", Math.exp],
  ["square().add(0.5).sqrt()", (b) => b + 1],
  ["square().add(0.5).log()", (b) => Math.log(b * b + 0.5) + 1],
  ["square().add(0.5).rsqrt()", () => 1.5],
  ["mul(-0.3)", (b) => 0.3 * b],
  ["add(0.7)", (b) => b + 0.7],
  ["rsub(1)", (b) => b + 1],
  ["div(3)", (b) => b / 3],
  ["clamp(-0.51, 0.73)", () => 0.73],
  ["pow(3)", (b) => b ** 3],
  ["atan()", () => 1.6],
  ["clone()", (b) => b],
  ["contiguous()", (b) => b],
];

const unaryMove: Move = (d) => {
  const i = pick(d);
  const [code, bound] = d.choose(unary);
  return push(`t[${i}].${code}`, bound(boundOf(d, i)));
};

const functions = ["silu", "gelu", "softplus", "elu", "hardswish"] as const;

const functionMove: Move = (d) => {
  const i = pick(d);
  return push(`w.${d.choose(functions)}(t[${i}])`, boundOf(d, i) + 1);
};

/** Two tensors that broadcast together, or null. */
function pair(d: Draft): [number, number] | null {
  const i = pick(d);
  for (let tries = 0; tries < 4; tries++) {
    const j = pick(d);
    const [a, b] = [shapeOf(d, i), shapeOf(d, j)];
    const fits = Array.from({ length: Math.min(a.length, b.length) }, (_, k) => {
      const [m, n] = [a.at(-1 - k), b.at(-1 - k)];
      return m === n || m === 1 || n === 1;
    });
    if (fits.every(Boolean)) return [i, j];
  }
  return null;
}

const binary: Move = (d) => {
  const both = pair(d);
  if (both === null) return null;
  const [i, j] = both;
  const [a, b] = [boundOf(d, i), boundOf(d, j)];
  return d.choose([
    push(`t[${i}].add(t[${j}])`, a + b),
    push(`t[${i}].sub(t[${j}], { alpha: 0.5 })`, a + b),
    push(`t[${i}].mul(t[${j}])`, a * b),
    push(`t[${i}].div(t[${j}].square().add(0.5))`, 2 * a),
    push(`t[${i}].maximum(t[${j}])`, Math.max(a, b)),
    push(`t[${i}].minimum(t[${j}].mul(0.9))`, Math.max(a, b)),
    push(`w.where(t[${i}].gt(0.137), t[${j}], -0.5)`, Math.max(b, 0.5)),
    push(`w.where(t[${j}].lt(t[${i}].mul(0.3)), t[${i}], t[${j}])`, Math.max(a, b)),
    push(`t[${i}].maskedFill(t[${i}].ge(0.21), 0.1)`, Math.max(a, 0.1)),
  ]);
};

/** One of its dimensions, or null. */
const anyDim = (d: Draft, i: number): number | null =>
  shapeOf(d, i).length === 0 ? null : d.below(shapeOf(d, i).length);

const view: Move = (d) => {
  const i = pick(d);
  const dim = anyDim(d, i);
  const shape = shapeOf(d, i);
  const b = boundOf(d, i);
  const to = (code: string): Step => push(`t[${i}].${code}`, b);
  if (dim === null) return d.choose([to("reshape(1)"), to("expand(2, 3)"), to("unsqueeze(0)")]);
  const n = shape[dim] as number;
  const other = d.below(shape.length);
  const start = d.below(n + 1);
  const length = d.below(n - start + 1) || (start < n ? 1 : 0);
  const whole = Array.from({ length: dim }, () => "w.slice(null)");
  const choices = [
    to(`transpose(${dim}, ${other})`),
    to(`flip(${dim})`),
    to(`narrow(${dim}, ${start}, ${length})`),
    to(`unsqueeze(${d.below(shape.length + 1)})`),
    to("squeeze()"),
    to("reshape(-1)"),
    to(`flatten(${Math.min(dim, other)}, ${Math.max(dim, other)})`),
    to(`roll(${1 + d.below(3)}, ${dim})`),
    to(`at(${[...whole, `w.slice(${d.below(2)}, null, 2)`].join(", ")})`),
    to(`expand(2, ${shape.map(() => -1).join(", ")})`),
    to(`unfold(${dim}, 2, 1)`),
    to("T"),
    to("diagonal()"),
    to("tril()"),
    to(`repeatInterleave(2, ${dim})`),
  ];
  if (n > 0) choices.push(to(`select(${dim}, ${d.below(n)})`), to(`select(${dim}, -1)`));
  if (n % 2 === 0 && n > 0) choices.push(to(`unflatten(${dim}, [2, -1])`));
  return d.choose(choices);
};

const reduction: Move = (d) => {
  const i = pick(d);
  const dim = anyDim(d, i);
  const b = boundOf(d, i);
  const shape = shapeOf(d, i);
  const n = dim === null ? 1 : (shape[dim] as number);
  const size = shape.reduce((product, m) => product * m, 1);
  if (size === 0) return push(`t[${i}].sum()`, 1);
  if (dim === null || d.below(6) === 0) {
    return d.choose([
      push(`t[${i}].sum()`, size * b),
      push(`t[${i}].mean()`, b),
      push(`t[${i}].amax()`, b),
    ]);
  }
  const keepdim = `{ keepdim: ${d.below(2) === 0} }`;
  return d.choose([
    push(`t[${i}].sum(${dim}, ${keepdim})`, n * b),
    push(`t[${i}].mean(${dim}, ${keepdim})`, b),
    push(`t[${i}].amax(${dim}, ${keepdim})`, b),
    push(`t[${i}].amin(${dim}, ${keepdim})`, b),
    push(`t[${i}].prod(${dim}, ${keepdim})`, b ** n),
    push(`t[${i}].var(${dim}, { correction: 0 })`, b * b),
    push(`t[${i}].logsumexp(${dim}, ${keepdim})`, b + Math.log(n)),
    push(`t[${i}].softmax(${dim})`, 1),
    push(`t[${i}].logSoftmax(${dim})`, 2 * b + Math.log(n)),
    push(`t[${i}].square().add(0.1).sum(${dim}, ${keepdim}).sqrt()`, Math.sqrt(n) * (b + 1)),
    push(`t[${i}].cumsum(${dim})`, n * b),
  ]);
};

const product: Move = (d) => {
  const [i, j] = [pick(d), pick(d)];
  const [a, b] = [shapeOf(d, i), shapeOf(d, j)];
  if (a.length === 0 || b.length === 0) return null;
  const bound = (a.at(-1) as number) * boundOf(d, i) * boundOf(d, j);
  if (b.length > 1 && a.at(-1) === b.at(-1)) return push(`t[${i}].matmul(t[${j}].mT)`, bound);
  if (a.at(-1) === b.at(b.length === 1 ? 0 : -2)) return push(`t[${i}].matmul(t[${j}])`, bound);
  if (a.length > 1) return push(`t[${i}].mT.matmul(t[${i}])`, (a.at(-2) as number) * bound);
  return push(`t[${i}].outer(t[${j}].reshape(-1))`, boundOf(d, i) * boundOf(d, j));
};

const assembly: Move = (d) => {
  const i = pick(d);
  const dim = anyDim(d, i);
  const alike = [...d.t.keys()].filter((j) => `${shapeOf(d, j)}` === `${shapeOf(d, i)}`);
  const parts = Array.from({ length: 2 + d.below(3) }, () => d.choose(alike));
  const bound = Math.max(...parts.map((j) => boundOf(d, j)));
  const list = parts.map((j) => `t[${j}]`).join(", ");
  if (dim === null) return push(`w.stack([${list}])`, bound);
  return d.choose([
    push(`w.cat([${list}], ${dim})`, bound),
    push(`w.stack([${list}], ${dim})`, bound),
    push(`w.cat([t[${i}].flip(${dim}), t[${i}].mul(0.5)], ${dim})`, boundOf(d, i)),
    push(`w.pad(t[${i}], [1, 2])`, boundOf(d, i)),
  ]);
};

const byIndex: Move = (d) => {
  const i = pick(d);
  const dim = anyDim(d, i);
  if (dim === null) return null;
  const n = shapeOf(d, i)[dim] as number;
  if (n === 0) return null;
  const places = Array.from({ length: 1 + d.below(5) }, () => d.below(n));
  const index = `w.tensor([${places}], { dtype: "i32" })`;
  const b = boundOf(d, i);
  return d.choose([
    push(`t[${i}].indexSelect(${dim}, ${index})`, b),
    push(`t[${i}].indexAdd(${dim}, ${index}, t[${i}].indexSelect(${dim}, ${index}))`, 6 * b),
    push(`t[${i}].scatterAdd(${dim}, t[${i}].argmax(${dim}, { keepdim: true }), t[${i}])`, 2 * b),
    push(`t[${i}].gather(${dim}, t[${i}].gt(0.3).to("i32").mul(${n - 1}))`, b),
    push(`t[${i}].takeAlongDim(t[${i}].argmin(${dim}, { keepdim: true }), ${dim})`, b),
  ]);
};

/**
 * Layers as networks have them: products over windows, rows that are normalised, looked up and
 * compared.
 */
const layer: Move = (d) => {
  const i = pick(d);
  const shape = shapeOf(d, i);
  const b = boundOf(d, i);
  const n = shape.at(-1) ?? 0;
  if (shape.length === 0 || shape.includes(0)) return null;
  const scale = `t[${pick(d)}].mean()`;
  const filter = (...sizes: number[]): string =>
    `w.linspace(-1, 1, ${sizes.reduce((x, y) => x * y, 1)}).reshape(${sizes}).mul(${scale}.tanh())`;
  const choices = [
    push(`w.layerNorm(t[${i}], [${n}])`, Math.sqrt(n)),
    push(`w.normalize(t[${i}], { dim: -1, eps: 0.1 })`, b * 10),
    push(`t[${i}].sort(-1).values`, b),
    push(`t[${i}].topk(1, -1).values.add(t[${i}])`, 2 * b),
    push(`w.interpolate(t[${i}].reshape(1, 1, -1), { scaleFactor: 2 })`, b),
    push(`w.embedding(w.tensor([0, ${(shape[0] as number) - 1}], { dtype: "i32" }), t[${i}])`, b),
  ];
  if (shape.length === 2) {
    const [rows, columns] = shape as [number, number];
    const labels = `w.arange(${rows}).remainder(${columns})`;
    choices.push(push(`w.crossEntropy(t[${i}], ${labels})`, 2 * b + Math.log(columns)));
    choices.push(push(`w.linear(t[${i}], ${filter(3, columns)}, ${filter(3)})`, columns * b + 1));
  }
  if (shape.length >= 2) {
    const all = `t[${i}]`;
    choices.push(push(`w.scaledDotProductAttention(${all}, ${all}.mul(0.5), ${all})`, b));
  }
  if (shape.length === 3) {
    const [, channels, length] = shape as [number, number, number];
    const size = Math.min(2, length);
    const bound = channels * size * b;
    choices.push(
      push(`w.conv1d(t[${i}], ${filter(2, channels, size)})`, bound),
      push(`w.conv1d(t[${i}], ${filter(2, channels, 3)}, { padding: 1, stride: 2 })`, 2 * bound),
      push(`w.convTranspose1d(t[${i}], ${filter(channels, 2, 2)}, { stride: 2 })`, bound),
      push(`w.maxPool1d(t[${i}], ${size})`, b),
      push(`w.avgPool1d(t[${i}], 3, { padding: 1 })`, b),
    );
  }
  if (shape.length === 4) {
    const [, channels] = shape as [number, number];
    const bound = 9 * channels * b;
    choices.push(
      push(`w.conv2d(t[${i}], ${filter(2, channels, 3, 3)}, { padding: 1 })`, bound),
      push(`w.conv2d(t[${i}], ${filter(channels, 1, 1, 1)}, { groups: ${channels} })`, b),
      push(`w.avgPool2d(t[${i}], 2, { padding: 1 })`, b),
    );
  }
  return d.choose(choices);
};

const inPlace: Move = (d) => {
  const i = pick(d);
  const dim = anyDim(d, i);
  const b = boundOf(d, i);
  const to = (code: string, bound: number): Step => ({ line: `${code};`, bound, writes: i });
  const choices = [
    to(`t[${i}].mul_(0.5)`, b),
    to(`t[${i}].tanh_()`, Math.max(b, 1)),
    to(`t[${i}].add_(0.25)`, b + 0.25),
    to(`t[${i}].copy_(t[${i}].sin())`, Math.max(b, 1)),
  ];
  const both = pair(d);
  if (both !== null) {
    const [x, y] = both;
    const bound = boundOf(d, x) + boundOf(d, y);
    choices.push({ line: `t[${x}].add_(t[${y}]);`, bound, writes: x });
    choices.push({ line: `t[${x}].copy_(t[${y}]);`, bound, writes: x });
  }
  if (dim !== null) {
    const n = shapeOf(d, i)[dim] as number;
    const start = d.below(n + 1);
    choices.push(to(`t[${i}].narrow(${dim}, ${start}, ${d.below(n - start + 1)}).mul_(-0.7)`, b));
    if (n > 0)
      choices.push(to(`t[${i}].select(${dim}, ${d.below(n)}).fill_(0.3)`, Math.max(b, 0.3)));
    choices.push(to(`t[${i}].flip(${dim}).add_(0.125)`, b + 0.125));
    choices.push(to(`t[${i}].put_([w.slice(0, null, 2)], -0.4)`, Math.max(b, 0.4)));
    choices.push(to(`t[${i}].T.sigmoid_()`, Math.max(b, 1)));
  }
  return d.choose(choices);
};

const reading: Move = (d) => {
  const i = pick(d);
  if (d.below(3) > 0) return null;
  return d.choose([
    { line: `await t[${i}].data();`, bound: 0 },
    { line: `t[${i}].keep();`, bound: 0 },
  ]);
};

/** Every kind of line, as often as it is to come. */
export const moves: readonly Move[] = [
  ...Array<Move>(6).fill(unaryMove),
  functionMove,
  ...Array<Move>(5).fill(binary),
  ...Array<Move>(5).fill(view),
  ...Array<Move>(4).fill(reduction),
  ...Array<Move>(2).fill(product),
  ...Array<Move>(2).fill(assembly),
  ...Array<Move>(2).fill(byIndex),
  ...Array<Move>(2).fill(layer),
  ...Array<Move>(2).fill(inPlace),
  reading,
];
