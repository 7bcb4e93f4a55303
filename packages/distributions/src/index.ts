export * as transforms from "./all-transforms.ts";
export {
  Categorical,
  Multinomial,
  OneHotCategorical,
  OneHotCategoricalStraightThrough,
} from "./categorical.ts";
export { Independent, MixtureSameFamily, TransformedDistribution } from "./combined.ts";
export type { Constraint } from "./constraints.ts";
export { ContinuousBernoulli } from "./continuous-bernoulli.ts";
export { Bernoulli, Binomial, Geometric, NegativeBinomial, Poisson } from "./counts.ts";
export {
  Distribution,
  type DistributionInit,
  type DistributionOptions,
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
export { LKJCholesky, Wishart } from "./matrices.ts";
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
  InverseGamma,
  Pareto,
  StudentT,
  Weibull,
} from "./positive.ts";
export { RelaxedBernoulli, RelaxedOneHotCategorical } from "./relaxed.ts";
export { LogisticNormal } from "./stick-breaking.ts";
export { Beta, Dirichlet, Kumaraswamy } from "./unit.ts";
export { VonMises } from "./von-mises.ts";
