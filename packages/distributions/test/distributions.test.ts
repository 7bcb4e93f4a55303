import {
  eye,
  grad,
  igamma,
  init,
  manualSeed,
  ones,
  type Tensor,
  tensor,
  zeros,
} from "@wgrad/autograd";
import {
  Bernoulli,
  Beta,
  Binomial,
  Categorical,
  Cauchy,
  Chi2,
  ContinuousBernoulli,
  Dirichlet,
  type Distribution,
  Exponential,
  FisherSnedecor,
  Gamma,
  Geometric,
  Gumbel,
  HalfNormal,
  Independent,
  InverseGamma,
  Kumaraswamy,
  klDivergence,
  Laplace,
  LKJCholesky,
  LogisticNormal,
  LogNormal,
  LowRankMultivariateNormal,
  MixtureSameFamily,
  Multinomial,
  MultivariateNormal,
  NegativeBinomial,
  Normal,
  OneHotCategorical,
  OneHotCategoricalStraightThrough,
  Pareto,
  Poisson,
  RelaxedBernoulli,
  RelaxedOneHotCategorical,
  registerKl,
  StudentT,
  TransformedDistribution,
  transforms,
  Uniform,
  VonMises,
  Weibull,
  Wishart,
} from "@wgrad/distributions";
import { beforeEach, describe, expect, inject, test } from "vitest";

const full = inject("tier") === "full";
const DRAWS = full ? 20_000 : 2_000;

const t = (values: number[]): Tensor => tensor(values);
const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())];

/** Distributions whose samples must have the distribution's mean and variance. */
const moments: Readonly<Record<string, () => Distribution>> = {
  Normal: () => new Normal(t([0, 1]), t([1, 2])),
  Laplace: () => new Laplace(t([0, 1]), t([1, 0.5])),
  Gumbel: () => new Gumbel(t([0, 1]), t([1, 2])),
  LogNormal: () => new LogNormal(t([0, 0.2]), t([0.3, 0.4])),
  HalfNormal: () => new HalfNormal(t([1, 2])),
  Uniform: () => new Uniform(t([0, -1]), t([1, 4])),
  Exponential: () => new Exponential(t([0.5, 2])),
  Gamma: () => new Gamma(t([0.4, 1, 3, 30]), t([1, 2, 0.5, 3])),
  Chi2: () => new Chi2(t([3, 8])),
  Beta: () => new Beta(t([0.5, 2]), t([0.7, 5])),
  Kumaraswamy: () => new Kumaraswamy(t([2, 3]), t([1.5, 4])),
  Dirichlet: () => new Dirichlet(t([0.5, 1, 4])),
  StudentT: () => new StudentT(t([8, 12]), t([0, 1]), t([1, 2])),
  FisherSnedecor: () => new FisherSnedecor(t([5, 8]), t([14, 20])),
  Pareto: () => new Pareto(t([1, 2]), t([6, 8])),
  Weibull: () => new Weibull(t([1, 2]), t([1.5, 3])),
  Bernoulli: () => new Bernoulli(t([0.2, 0.7])),
  Geometric: () => new Geometric(t([0.3, 0.7])),
  Binomial: () => new Binomial(9, t([0.2, 0.7])),
  NegativeBinomial: () => new NegativeBinomial(5, t([0.2, 0.6])),
  Poisson: () => new Poisson(t([0.5, 12])),
  OneHotCategorical: () => new OneHotCategorical(t([0.2, 0.5, 0.3])),
  Multinomial: () => new Multinomial(6, t([0.2, 0.5, 0.3])),
  MultivariateNormal: () =>
    new MultivariateNormal(
      t([1, -1]),
      tensor([
        [2, 0.6],
        [0.6, 1],
      ]),
    ),
  LowRankMultivariateNormal: () =>
    new LowRankMultivariateNormal(t([1, -1]), tensor([[1], [0.5]]), t([0.5, 0.3])),
  Independent: () => new Independent(new Normal(t([0, 3]), 2), 1),
  ContinuousBernoulli: () => new ContinuousBernoulli(t([0.1, 0.5, 0.8])),
  InverseGamma: () => new InverseGamma(t([7, 9]), t([1, 2])),
  Wishart: () =>
    new Wishart(6, {
      scaleTril: tensor([
        [1, 0],
        [0.4, 0.8],
      ]),
    }),
  MixtureSameFamily: () =>
    new MixtureSameFamily(new Categorical(t([0.3, 0.7])), new Normal(t([-2, 3]), t([1, 0.5]))),
};

beforeEach(async () => {
  await init({ device: "wasm" });
  manualSeed(1);
});

describe("samples have the distribution's mean and variance", () => {
  test.each(Object.entries(moments))("%s", async (_, make) => {
    const d = make();
    const x = d.sample([DRAWS]);
    expect(x.shape).toEqual([DRAWS, ...d.batchShape, ...d.eventShape]);
    expect(x.requiresGrad).toBe(false);
    const [mean, variance] = [await numbers(d.mean), await numbers(d.variance)];
    const [gotMean, gotVariance] = [
      await numbers(x.mean(0)),
      await numbers(x.var(0, { correction: 0 })),
    ];
    for (const [i, m] of mean.entries()) {
      const v = variance[i] as number;
      const spread = 6 * Math.sqrt(v / DRAWS);
      expect(Math.abs((gotMean[i] as number) - m)).toBeLessThan(spread + 1e-6);
      expect(Math.abs((gotVariance[i] as number) - v)).toBeLessThan(0.45 * v + 1e-6);
    }
  });
});

test("every sample has a positive density, also of distributions without moments", async () => {
  const others: Distribution[] = [
    new Cauchy(0, 1),
    new VonMises(t([0, 2]), t([0.5, 8])),
    new LogisticNormal(t([0.5, -1]), 1),
    new LKJCholesky(4, 2),
    new RelaxedBernoulli(0.7, t([0.3])),
    new RelaxedOneHotCategorical(0.7, t([0.2, 0.3, 0.5])),
    new TransformedDistribution(new Normal(t([0]), 1), [new transforms.SigmoidTransform()]),
  ];
  for (const d of [...Object.values(moments).map((make) => make()), ...others]) {
    for (const log of await numbers(d.logProb(d.sample([50]))))
      expect(Number.isFinite(log)).toBe(true);
  }
  const angles = await numbers(new VonMises(1, 6).sample([DRAWS]));
  const mean = (f: (x: number) => number): number =>
    angles.reduce((sum, x) => sum + f(x), 0) / angles.length;
  expect(Math.atan2(mean(Math.sin), mean(Math.cos))).toBeCloseTo(1, 1);
  const [variance] = await numbers(new VonMises(1, 6).variance);
  expect(1 - Math.hypot(mean(Math.sin), mean(Math.cos))).toBeCloseTo(variance as number, 1);
});

test("a density integrates to 1, and cdf and icdf are inverse", async () => {
  const u = t([0.05, 0.3, 0.5, 0.9]);
  for (const d of [
    new Normal(1, 2),
    new Laplace(1, 2),
    new Cauchy(0, 1),
    new Gumbel(0, 2),
    new LogNormal(0, 0.5),
    new HalfNormal(2),
    new Uniform(-1, 3),
    new Exponential(2),
    new Pareto(1, 3),
    new Weibull(2, 1.5),
    new Kumaraswamy(2, 3),
  ]) {
    const back = await numbers(d.cdf(d.icdf(u)));
    for (const [i, p] of (await numbers(u)).entries()) expect(back[i]).toBeCloseTo(p, 4);
  }
  const x = t(Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 100 - 20));
  for (const d of [new Normal(1, 2), new StudentT(5, 0, 1), new Gumbel(0, 1)]) {
    expect(await d.logProb(x).exp().sum().div(100).item()).toBeCloseTo(1, 2);
  }
  for (const d of [
    new Binomial(7, 0.3),
    new Poisson(4),
    new Geometric(0.4),
    new NegativeBinomial(3, 0.5),
  ]) {
    const counts = t(Array.from({ length: d instanceof Binomial ? 8 : 60 }, (_, i) => i));
    expect(await d.logProb(counts).exp().sum().item()).toBeCloseTo(1, 4);
  }
});

test("gradients of Gamma samples keep their probability constant", async () => {
  await init({ device: "cpu" });
  const alpha = tensor([0.3, 0.9, 2, 7, 14, 40, 200], { requiresGrad: true });
  const d = new Gamma(alpha, ones([7]));
  for (let round = 0; round < 4; round++) {
    const x = d.rsample();
    const [slope] = grad(x.sum(), alpha) as [Tensor];
    const [a, y] = [alpha.detach().to("f64"), x.detach().to("f64")];
    const h = 1e-4;
    const rise = igamma(a.add(h), y)
      .sub(igamma(a.sub(h), y))
      .div(2 * h);
    const density = igamma(a, y.mul(1 + 1e-5))
      .sub(igamma(a, y.mul(1 - 1e-5)))
      .div(y.mul(2e-5));
    const want = await numbers(rise.div(density).neg());
    for (const [i, got] of (await numbers(slope)).entries()) {
      expect(Math.abs(got / (want[i] as number) - 1), `α ${i}`).toBeLessThan(0.02);
    }
  }
});

test("average gradients of samples equal those of the mean: Gamma, Beta, Dirichlet, StudentT", async () => {
  const made: readonly ((p: Tensor) => Distribution)[] = [
    (p) => new Gamma(p, 2),
    (p) => new Beta(p, 3),
    (p) => new Dirichlet(p),
    (p) => new StudentT(8, p, p),
  ];
  for (const make of made) {
    const p = tensor([1.5, 4], { requiresGrad: true });
    const d = make(p);
    const weights = t([1, -2]);
    const [want] = grad(d.mean.mul(weights).sum(), p) as [Tensor];
    const [got] = grad(d.rsample([DRAWS]).mean(0).mul(weights).sum(), p) as [Tensor];
    const [a, b] = [await numbers(got), await numbers(want)];
    for (const [i, value] of b.entries())
      expect(Math.abs((a[i] as number) - value)).toBeLessThan(full ? 0.06 : 0.18);
  }
});

test("straight-through samples are one-hot, with the gradient of the probabilities", async () => {
  const logits = tensor([0.2, 1, -1], { requiresGrad: true });
  const d = new OneHotCategoricalStraightThrough({ logits });
  const x = d.rsample();
  expect((await numbers(x)).filter((value) => Math.abs(value - 1) < 1e-6).length).toBe(1);
  const weights = t([1, 2, 3]);
  const [got] = grad(x.mul(weights).sum(), logits, { retainGraph: true }) as [Tensor];
  const [want] = grad(d.probs.mul(weights).sum(), logits) as [Tensor];
  for (const [i, value] of (await numbers(want)).entries())
    expect((await numbers(got))[i]).toBeCloseTo(value, 5);
});

test("invalid arguments are refused with a reason", async () => {
  const refuse = (call: () => unknown, words: string): void => expect(call).toThrow(words);
  refuse(() => new Normal(0, t([1, -1])), "Normal: the parameter scale must be above 0, got -1");
  refuse(() => new Bernoulli(), "Bernoulli: takes either probs or logits, got neither");
  refuse(() => new Bernoulli({ probs: 0.5, logits: 0 }), "got both");
  refuse(() => new Bernoulli(t([1.2])), "the parameter probs must be from 0 to 1, got 1.2");
  refuse(() => new Bernoulli(0.5).logProb(0.5), "the value must be 0 or 1, got 0.5");
  refuse(() => new Poisson(2).logProb(t([1.5])), "a whole number, at least 0, got 1.5");
  refuse(() => new Dirichlet(t([1, 1])).logProb(t([0.5, 0.6])), "sum to 1, got 1.1");
  refuse(
    () => new Categorical(t([1, 1])).logProb(tensor([2], { dtype: "i32" })),
    "from 0 to 1, got 2",
  );
  refuse(
    () => new Poisson(2).rsample(),
    "Poisson.rsample: samples of this distribution have no gradient",
  );
  refuse(() => new Poisson(2).cdf(1), "Poisson: this distribution has no cdf");
  refuse(() => new MultivariateNormal(zeros([2])), "one of covarianceMatrix");
  refuse(
    () => new MultivariateNormal(zeros([2]), eye(2)).logProb(zeros([3])),
    "must end with the event's shape",
  );
  refuse(
    () => new Independent(new Normal(zeros([2]), 1), 2),
    "cannot reinterpret 2 dimensions of a batch [2]",
  );
  refuse(() => klDivergence(new Normal(0, 1), new Poisson(1)), "no rule for Normal and Poisson");
  refuse(() => new Normal(0, 1, { validateargs: false } as never), "did you mean validateArgs?");
  expect(await new Beta(2, 2, { validateArgs: false }).logProb(0.5).item()).toBeCloseTo(
    Math.log(1.5),
    5,
  );
  // the device's values are refused at the next read
  const late = new Normal(0, t([1]).sub(3).exp().neg()).logProb(0);
  await expect(late.data()).rejects.toThrow("must be above 0");
});

test("expand works for composed distributions, and registerKl adds a rule", async () => {
  const all: Distribution[] = [
    new Normal(t([0]), 1),
    new Independent(new Normal(zeros([1, 2]), 1), 1),
    new MixtureSameFamily(new Categorical(ones([1, 3])), new Normal(zeros([1, 3]), 1)),
    new TransformedDistribution(new Normal(t([0]), 1), [new transforms.ExpTransform()]),
    new MultivariateNormal(zeros([1, 2]), eye(2)),
    new Categorical(ones([1, 3])),
  ];
  for (const d of all) {
    const more = d.expand([4]);
    expect(more.batchShape, d.constructor.name).toEqual([4]);
    expect(more.eventShape).toEqual(d.eventShape);
    expect(more.sample([2]).shape).toEqual([2, 4, ...d.eventShape]);
  }
  class Own extends Normal {}
  registerKl(Own, Own, (p) => p.loc.mul(0).add(42));
  expect(await klDivergence(new Own(0, 1), new Own(1, 1)).item()).toBe(42);
  expect(await klDivergence(new Own(0, 1), new Normal(1, 1)).item()).toBe(0.5);
});
