/** Right arguments of a call, found by the kinds and names in its signature, and wrong ones. */
import { rand, randn, type Tensor, tensor, zeros } from "@wgrad/autograd";
import * as classic from "@wgrad/classic";
import * as datasets from "@wgrad/datasets";
import * as distributions from "@wgrad/distributions";
import * as nn from "@wgrad/nn";
import * as optim from "@wgrad/optim";
import { type Field, known, type Signature } from "../../packages/autograd/src/signature.ts";
import { outcome } from "./outcome.ts";

type Make = () => unknown;
type Call = (args: readonly unknown[]) => unknown;

const fractions = (): Tensor => rand([2, 2]).mul(0.8).add(0.1);
const places = (): Tensor => tensor([0, 1], { dtype: "i32" });
const leaf = (): Tensor => randn([2, 2]).requiresGrad_();
const sgd = (): optim.SGD => new optim.SGD([leaf()], { lr: 0.1 });
const model = (): nn.Module => new nn.Linear(2, 2);

const tensors: readonly Make[] = [
  fractions,
  places,
  () => rand([2]),
  () => fractions().gt(0.5),
  () => rand([1, 2, 4]),
  () => rand([1, 2, 4, 4]),
  () => rand([1, 2, 4, 4, 4]),
  () => rand([2, 2, 2]),
  () => rand([2, 2, 2, 2]),
  () => tensor([1, 2]),
  () => tensor([[0, 1], [1, 0]], { dtype: "i32" }), // biome-ignore format: a matrix
  () => tensor(0.5),
  () => zeros([1, 1, 2], { dtype: "i32" }),
];

/** Values of a kind, the likeliest first. */
const byKind: Readonly<Record<string, readonly Make[]>> = {
  tensor: tensors,
  operand: [fractions, () => 1, places],
  number: [() => 1, () => 2, () => 0, () => 0.5, () => 3],
  int: [() => 1, () => 0, () => 2],
  count: [() => 1, () => 2],
  size: [() => 1, () => 2],
  "number[]": [() => [1], () => [2, 2], () => [0], () => [0, 1]],
  "int[]": [() => [1], () => [0]],
  "count[]": [() => [1, 2]],
  list: [() => [1], () => [1, 1], () => [2, 4], () => [1, 2, 2, 2]],
  boolean: [() => true],
  string: [() => "a", () => "weight", () => "ij->ji"],
  function: [() => fractions, () => (x: Tensor) => x.sum(), () => (x: unknown) => x],
  array: [
    () => [fractions(), fractions()],
    () => [1, 2],
    () => [leaf()],
    () => ["a"],
    () => [new optim.StepLR(sgd(), 1)],
    () => [new Uint8Array(16)],
  ],
  iterable: [() => [leaf()], () => [1, 2], () => ["a b"]],
  object: [sgd, () => ({})],
  module: [model, () => new nn.BatchNorm1d(2)],
  null: [() => null],
  any: [
    fractions,
    places,
    () => [1, 2],
    () => 1,
    () => [leaf()],
    () => ({}),
    () => "a",
    model,
    () => [[fractions(), places()]],
  ],
  dtype: [() => "f32"],
  generator: [],
  dataset: [() => [1, 2]],
  transform: [() => new datasets.Normalize([0], [1])],
  sampler: [() => new datasets.SequentialSampler(2)],
  table: [() => new datasets.Table({ a: [1, 2], b: ["x", "y"] } as never)],
  distribution: [
    () => new distributions.Normal(zeros([2]), 1),
    () => new distributions.Categorical({ probs: tensor([0.5, 0.5]) }),
  ],
  packed: [() => nn.utils.rnn.packSequence([rand([2, 2]), rand([1, 2])])],
  merge: [() => ({ left: 0, right: 1, distance: 1, count: 2, size: 2 })],
  pixels: [() => ({ data: new Uint8Array(16), width: 2, height: 2 })],
};

/** Values of parameters that say by their name what they take. */
const byName: Readonly<Record<string, readonly Make[]>> = {
  optimizer: [sgd],
  schedulers: [() => [new optim.StepLR(sgd(), 1)]],
  lrLambda: [() => () => 1],
  params: [() => [leaf()]],
  model: [model, () => new classic.LinearRegression()],
  estimator: [() => new classic.LinearRegression()],
  labels: [places],
};

function valuesOf({ name, kinds }: Field): readonly Make[] {
  const ofName = byName[name] ?? [];
  const ofKinds = (kinds ?? ["any"]).flatMap((kind): readonly Make[] => {
    if (kind.startsWith('"')) return [() => kind.slice(1, -1)];
    const own = byKind[kind];
    if (own !== undefined || !kind.endsWith("[]")) return own ?? [];
    return valuesOf({ name: "", optional: true, due: false, kinds: [kind.slice(0, -2)] }).map(
      (make) => () => [make()],
    );
  });
  return [...ofName, ...ofKinds];
}

/** The signature with which a call refuses what no call takes; null if it has none. */
export async function signatureOf(call: Call): Promise<Signature | null> {
  const refused = [Array(14).fill(null), Array.from({ length: 14 }, fractions)];
  for (const args of refused) {
    known.clear();
    const end = await outcome(() => call(args));
    const last = [...known.values()].at(-1);
    if (!end.ok && last !== undefined) return last;
  }
  return null;
}

const TRIES = 1500;

/** Arguments with which the call succeeds, made anew each time; null if none were found. */
export async function rightArguments(
  call: Call,
  signature: Signature,
): Promise<(() => unknown[]) | null> {
  const params = signature.params.filter(({ optional }) => !optional);
  const due = [...(signature.options?.values() ?? [])].filter((option) => option.due);
  const choices = [...params, ...due].map(valuesOf);
  const count = choices.reduce((product, { length }) => product * length, 1);
  for (let n = 0; n < Math.min(count, TRIES); n++) {
    let rest = n;
    const picked = choices.map((makes) => {
      const make = makes[rest % makes.length] as Make;
      rest = Math.floor(rest / makes.length);
      return make;
    });
    const args = (): unknown[] => {
      const values = picked.map((make) => make());
      if (due.length === 0) return values;
      const settings = due.map(({ name }, i) => [name, values[params.length + i]]);
      return [...values.slice(0, params.length), Object.fromEntries(settings)];
    };
    if ((await outcome(() => call(args()))).ok) return args;
  }
  return null;
}

/** Values that few parameters take, by how they are written. */
export const wrong: Readonly<Record<string, Make>> = {
  '"zzz"': () => "zzz",
  NaN: () => Number.NaN,
  "-1": () => -1,
  "1.5": () => 1.5,
  "7": () => 7,
  Infinity: () => Number.POSITIVE_INFINITY,
  "[]": () => [],
  null: () => null,
  true: () => true,
  "{}": () => ({}),
  "() => 0": () => () => 0,
  tensor: fractions,
  "[1, 2]": () => [1, 2],
  "[-1]": () => [-1],
  "[1.5]": () => [1.5],
  "[NaN]": () => [Number.NaN],
  '["z"]': () => ["z"],
};

/** Inputs of modules: images, sequences and vectors of one or two channels, and what losses compare. */
export const inputs: readonly (() => unknown[])[] = tensors
  .slice(0, -1)
  .concat(
    () => rand([2, 1]),
    () => rand([1, 1, 4]),
    () => rand([1, 1, 4, 4]),
    () => rand([1, 1, 4, 4, 4]),
    () => zeros([2, 2], { dtype: "i32" }),
    () => rand([4, 1, 1]),
  )
  .flatMap((make) => [1, 2, 3].map((count) => () => Array.from({ length: count }, make)))
  .concat(
    () => [fractions(), places()],
    () => [fractions(), fractions(), tensor([1, 1])],
    () => [rand([2]), rand([2]), tensor([1, 1])],
    () => [rand([1, 1, 2]), tensor([[[0, 1]]], { dtype: "i32" })],
    () => [rand([2, 1, 2]).logSoftmax(-1), tensor([[1]], { dtype: "i32" }), [2], [1]],
  );
