import { ArgumentError, digamma, lgamma, linalg, type Tensor, where } from "@wgrad/autograd";
import { checkCall, composite } from "@wgrad/autograd/plugin";
import { Categorical, OneHotCategorical } from "./categorical.ts";
import { Independent, TransformedDistribution } from "./combined.ts";
import { EULER } from "./constants.ts";
import { Bernoulli, Binomial, Geometric, Poisson } from "./counts.ts";
import type { Distribution } from "./distribution.ts";
import {
  Cauchy,
  Gumbel,
  HalfNormal,
  Laplace,
  LogNormal,
  Normal,
  Uniform,
} from "./location-scale.ts";
import { MultivariateNormal } from "./multivariate.ts";
import { softPlus } from "./odds.ts";
import { Exponential, Gamma, Pareto } from "./positive.ts";
import { sumLast } from "./sum-last.ts";
import { Beta, Dirichlet } from "./unit.ts";

// biome-ignore lint/suspicious/noExplicitAny: a class with any constructor
type Kind<D extends Distribution> = abstract new (...args: any[]) => D;
type Rule = (p: never, q: never) => Tensor;

const rules = new Map<unknown, Map<unknown, Rule>>();

/**
 * Registers a function that computes KL(p ‖ q) for two classes of distributions and their
 * subclasses, unless those have their own.
 */
export function registerKl<P extends Distribution, Q extends Distribution>(
  p: Kind<P>,
  q: Kind<Q>,
  rule: (p: P, q: Q) => Tensor,
): void {
  checkCall("registerKl(p: function, q: function, rule: function)", arguments);
  const own = rules.get(p) ?? new Map<unknown, Rule>();
  rules.set(p, own.set(q, rule as Rule));
}

/**
 * Kullback–Leibler divergence KL(p ‖ q) = E_p log p(X)/q(X). Throws ArgumentError if no rule is
 * registered for the classes.
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  checkCall("klDivergence(p: distribution, q: distribution)", arguments);
  for (const first of kindsOf(p)) {
    for (const second of kindsOf(q)) {
      const rule = rules.get(first)?.get(second);
      if (rule !== undefined) return composite(() => rule(p as never, q as never));
    }
  }
  throw new ArgumentError(
    `klDivergence: no rule for ${p.constructor.name} and ${q.constructor.name}\n  hint: use registerKl, or estimate the mean of p.logProb(x) − q.logProb(x) over samples x of p`,
  );
}

/** The classes of a distribution, from its own to its bases. */
function kindsOf(distribution: Distribution): unknown[] {
  const kinds: unknown[] = [];
  for (let at: unknown = distribution.constructor; typeof at === "function" && at.name !== ""; ) {
    kinds.push(at);
    at = Object.getPrototypeOf(at);
  }
  return kinds;
}

function normal(p: Normal, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale).square();
  const apart = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.add(apart).sub(1).sub(ratio.log()).mul(0.5);
}

registerKl(Normal, Normal, normal);
registerKl(LogNormal, LogNormal, (p, q) => normal(p.baseDist, q.baseDist));
registerKl(HalfNormal, HalfNormal, (p, q) => {
  const ratio = p.scale.div(q.scale).square();
  return ratio.sub(1).sub(ratio.log()).mul(0.5);
});
registerKl(Laplace, Laplace, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const apart = p.loc.sub(q.loc).abs();
  const rest = ratio.mul(apart.neg().div(p.scale).exp());
  return apart.div(q.scale).sub(ratio.log()).add(rest).sub(1);
});
registerKl(Cauchy, Cauchy, (p, q) => {
  const sum = p.scale.add(q.scale).square().add(p.loc.sub(q.loc).square());
  return sum.log().sub(p.scale.mul(q.scale).mul(4).log());
});
registerKl(Gumbel, Gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const apart = q.loc.sub(p.loc).div(q.scale);
  const rest = apart.add(lgamma(ratio.add(1))).exp();
  return ratio
    .log()
    .neg()
    .sub(apart)
    .add(ratio.mul(EULER))
    .add(rest)
    .sub(1 + EULER);
});
registerKl(Exponential, Exponential, (p, q) => {
  const ratio = q.rate.div(p.rate);
  return ratio.sub(1).sub(ratio.log());
});
const gamma = (p: Gamma, q: Gamma): Tensor =>
  q.concentration
    .mul(p.rate.div(q.rate).log())
    .add(lgamma(q.concentration))
    .sub(lgamma(p.concentration))
    .add(p.concentration.sub(q.concentration).mul(digamma(p.concentration)))
    .add(q.rate.sub(p.rate).mul(p.concentration.div(p.rate)));
const asGamma = (d: Exponential): Gamma =>
  new Gamma(d.rate.detach().mul(0).add(1), d.rate, { validateArgs: false });
registerKl(Gamma, Gamma, gamma);
registerKl(Exponential, Gamma, (p, q) => gamma(asGamma(p), q));
registerKl(Gamma, Exponential, (p, q) => gamma(p, asGamma(q)));
registerKl(Beta, Beta, (p, q) => {
  const [pa, pb, qa, qb] = [p.concentration1, p.concentration0, q.concentration1, q.concentration0];
  const [sp, sq] = [pa.add(pb), qa.add(qb)];
  return lgamma(qa)
    .add(lgamma(qb))
    .add(lgamma(sp))
    .sub(lgamma(pa))
    .sub(lgamma(pb))
    .sub(lgamma(sq))
    .add(pa.sub(qa).mul(digamma(pa)))
    .add(pb.sub(qb).mul(digamma(pb)))
    .add(sq.sub(sp).mul(digamma(sp)));
});
registerKl(Dirichlet, Dirichlet, (p, q) => {
  const [a, b] = [p.concentration, q.concentration];
  const total = a.sum(-1);
  const norms = lgamma(total).sub(lgamma(b.sum(-1)));
  const parts = lgamma(b).sub(lgamma(a)).sum(-1);
  const slopes = a.sub(b).mul(digamma(a).sub(digamma(total).unsqueeze(-1)));
  return norms.add(parts).add(slopes.sum(-1));
});
registerKl(Bernoulli, Bernoulli, (p, q) => {
  const [pp, qp] = [p.probs, q.probs];
  const yes = pp.mul(softPlus(q.logits.neg()).sub(softPlus(p.logits.neg())));
  const no = pp
    .neg()
    .add(1)
    .mul(softPlus(q.logits).sub(softPlus(p.logits)));
  const first = where(pp.eq(0), 0, where(qp.eq(0), Infinity, yes));
  return first.add(where(pp.eq(1), 0, where(qp.eq(1), Infinity, no)));
});
registerKl(Binomial, Binomial, (p, q) => {
  if (p.totalCount > q.totalCount) return p.probs.detach().mul(0).add(Infinity);
  if (p.totalCount < q.totalCount) {
    throw new ArgumentError(
      `klDivergence: there is no closed form for binomials of ${p.totalCount} and ${q.totalCount} trials`,
    );
  }
  const pp = p.probs;
  const each = pp.mul(p.logits.sub(q.logits)).add(pp.neg().log1p()).sub(q.probs.neg().log1p());
  return each.mul(p.totalCount);
});
registerKl(Geometric, Geometric, (p, q) =>
  p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits),
);
registerKl(Poisson, Poisson, (p, q) =>
  p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate)),
);
const events = (p: Categorical | OneHotCategorical, q: Categorical | OneHotCategorical): Tensor => {
  const each = p.probs.mul(p.logits.sub(q.logits));
  return where(p.probs.eq(0), 0, where(q.probs.eq(0), Infinity, each)).sum(-1);
};
registerKl(Categorical, Categorical, events);
registerKl(OneHotCategorical, OneHotCategorical, events);
registerKl(Uniform, Uniform, (p, q) => {
  const log = q.high.sub(q.low).div(p.high.sub(p.low)).log();
  return where(q.low.gt(p.low).logicalOr(q.high.lt(p.high)), Infinity, log);
});
registerKl(Uniform, Normal, (p, q) => {
  const width = p.high.sub(p.low);
  const log = q.scale
    .div(width)
    .mul(Math.sqrt(2 * Math.PI))
    .log();
  const apart = p.high.add(p.low).sub(q.loc.mul(2)).mul(0.5).square();
  return log.add(width.square().div(12).add(apart).mul(0.5).div(q.scale.square()));
});
registerKl(Exponential, Normal, (p, q) => {
  const [variance, rate] = [q.scale.square(), p.rate.square()];
  const log = rate
    .mul(variance)
    .mul(2 * Math.PI)
    .log()
    .mul(0.5);
  const rest = rate.reciprocal().sub(q.loc.div(p.rate)).add(q.loc.square().mul(0.5));
  return log.sub(1).add(rest.div(variance));
});
registerKl(Pareto, Exponential, (p, q) => {
  const scaled = p.scale.mul(q.rate);
  const { alpha } = p;
  const rest = alpha.mul(scaled).div(alpha.sub(1));
  const value = alpha.div(scaled).log().sub(alpha.reciprocal()).add(rest).sub(1);
  return where(alpha.le(1), Infinity, value);
});
registerKl(MultivariateNormal, MultivariateNormal, (p, q) => {
  const n = p.eventShape[0] as number;
  const logDet = (d: MultivariateNormal): Tensor =>
    d.scaleTril.diagonal({ dim1: -2, dim2: -1 }).log().sum(-1);
  const lower = q.scaleTril;
  const solved = (x: Tensor): Tensor => linalg.solveTriangular(lower, x, { upper: false });
  const across = solved(p.scaleTril.expand(lower.shape)).square().sum([-2, -1]);
  const apart = solved(q.loc.sub(p.loc).unsqueeze(-1)).square().sum([-2, -1]);
  return logDet(q).sub(logDet(p)).add(across.add(apart).sub(n).mul(0.5));
});
registerKl(Independent, Independent, (p, q) => {
  if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims) {
    throw new ArgumentError("klDivergence: the events have different numbers of dimensions");
  }
  return sumLast(klDivergence(p.baseDist, q.baseDist), p.reinterpretedBatchNdims);
});
registerKl(TransformedDistribution, TransformedDistribution, (p, q) => {
  const alike =
    p.transforms.length === q.transforms.length &&
    p.transforms.every((one, i) => one === q.transforms[i]);
  if (!alike) {
    throw new ArgumentError(
      "klDivergence: transformed distributions must have the same transforms",
    );
  }
  const extra = p.eventShape.length - p.baseDist.eventShape.length;
  return sumLast(klDivergence(p.baseDist, q.baseDist), extra);
});
