export {
  Categorical,
  Multinomial,
  OneHotCategorical,
  OneHotCategoricalStraightThrough,
} from "./categorical.ts";
export { Independent, MixtureSameFamily, TransformedDistribution } from "./combined.ts";
export type { Constraint } from "./constraints.ts";
export { Bernoulli, Binomial, Geometric, NegativeBinomial, Poisson } from "./counts.ts";
export {
  Distribution,
  type DistributionOptions,
  type Made,
  type Parameter,
} from "./distribution.ts";
export { klDivergence, registerKl } from "./kl.ts";
export {
  Cauchy,
  Gumbel,
  HalfCauchy,
  HalfNormal,
  Laplace,
  LogNormal,
  Normal,
  Uniform,
} from "./location-scale.ts";
export {
  type CovarianceOptions,
  LowRankMultivariateNormal,
  MultivariateNormal,
} from "./multivariate.ts";
export type { OddsOptions } from "./odds.ts";
export {
  Chi2,
  Exponential,
  FisherSnedecor,
  Gamma,
  Pareto,
  StudentT,
  Weibull,
} from "./positive.ts";
export { RelaxedBernoulli, RelaxedOneHotCategorical } from "./relaxed.ts";
export * as transforms from "./transforms.ts";
export { Beta, Dirichlet, Kumaraswamy } from "./unit.ts";
export { VonMises } from "./von-mises.ts";
