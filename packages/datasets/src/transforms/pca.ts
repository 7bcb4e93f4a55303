import {
  ArgumentError,
  Generator,
  linalg,
  noGrad,
  randn,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkWidth, each, readFeatures, rowOf } from "./features.ts";
import { meanOf, varianceOf } from "./statistics.ts";
import { Fitted, type Transform } from "./transform.ts";

/** Settings of PCA. */
export interface PCAOptions {
  /** How many components, or below 1 the part of the variance they are to explain (default: all). */
  readonly nComponents?: number | null;
}

interface State {
  readonly mean: readonly number[];
  /** Rows of unit length: [components][features]. */
  readonly components: readonly (readonly number[])[];
  readonly explainedVariance: readonly number[];
  readonly explainedVarianceRatio: readonly number[];
}

/** Up to so many features all components are found at once; beyond, the first ones by iteration. */
const DIRECT = 128;
/** Factoring x itself, which is most exact, is serial work on the device: up to so many steps. */
const SERIAL = 1e7;
/** Directions beyond those wanted, and rounds, of the iteration. */
const SPARE = 10;
const ROUNDS = 12;

/**
 * Principal components (Pearson 1901): the directions in which centred rows vary most, from the singular values of x − x̄.
 * x: [rows, features] → [rows, components]. Each component's largest entry is positive, as in scikit-learn from 1.5 on.
 *
 * Throws ArgumentError for a number of components there cannot be.
 */
export class PCA
  extends Fitted<Required<PCAOptions>, State>
  implements Transform<"tensor", "tensor">
{
  readonly type = "PCA";
  readonly takes = "tensor";
  readonly gives = "tensor";

  constructor({ nComponents = null }: PCAOptions = {}) {
    const valid = nComponents === null || nComponents > 0;
    if (!valid || (Number(nComponents) > 1 && !Number.isInteger(nComponents))) {
      throw new ArgumentError(
        `PCA: nComponents is ${nComponents}\n  hint: a whole number, or a part of the variance below 1`,
      );
    }
    super({ nComponents });
  }

  /** The mean of each feature. */
  get mean(): readonly number[] {
    return this.learned("mean").mean;
  }

  /** The directions, rows of unit length: [components][features]. */
  get components(): readonly (readonly number[])[] {
    return this.learned("components").components;
  }

  /** The variance along each component (by the number of rows less 1). */
  get explainedVariance(): readonly number[] {
    return this.learned("explainedVariance").explainedVariance;
  }

  /** The same as parts of the whole. */
  get explainedVarianceRatio(): readonly number[] {
    return this.learned("explainedVarianceRatio").explainedVarianceRatio;
  }

  async fit(x: Tensor): Promise<this> {
    const features = await readFeatures("PCA.fit", x);
    const { rows, width } = features;
    const most = Math.min(rows, width);
    const { nComponents } = this.options;
    const wanted = nComponents === null || nComponents < 1 ? most : nComponents;
    if (wanted > most || rows < 2) {
      throw new ArgumentError(
        `PCA.fit: ${wanted} components of x: [${rows}, ${width}]\n  hint: ${Math.max(1, most)} at most, and two rows at least`,
      );
    }
    const mean = each(features, meanOf);
    const total = each(features, varianceOf).reduce((sum, v) => sum + v, 0) * (rows / (rows - 1));
    const { S, Vh } = noGrad(() => {
      const centred = x.sub(rowOf(mean));
      const few = width > DIRECT && wanted + SPARE < width;
      return few ? leading(centred, wanted) : singularOf(centred);
    });
    const [values, vectors] = await Promise.all([S.data(), Vh.data()]);
    const variances = Array.from(values, (value) => value ** 2 / (rows - 1));
    const ratios = variances.map((variance) => (total > 0 ? variance / total : 0));
    const count = nComponents !== null && nComponents < 1 ? enough(ratios, nComponents) : wanted;
    return this.learn({
      mean,
      components: Array.from({ length: count }, (_, k) =>
        signed([...vectors.slice(k * width, (k + 1) * width)]),
      ),
      explainedVariance: variances.slice(0, count),
      explainedVarianceRatio: ratios.slice(0, count),
    });
  }

  transform(x: Tensor): Tensor {
    const { mean, components } = this.learned("transform");
    checkWidth("PCA.transform", x, mean.length);
    return x.sub(rowOf(mean)).matmul(matrixOf(components).t());
  }

  /** The rows that the components make up: [rows, components] → [rows, features]. */
  inverseTransform(z: Tensor): Tensor {
    const { mean, components } = this.learned("inverseTransform");
    checkWidth("PCA.inverseTransform", z, components.length);
    return z.matmul(matrixOf(components)).add(rowOf(mean));
  }
}

/** All singular values and right vectors: by those of R in x = Q R, which is small, or by xᵀx where there are many rows. */
function singularOf(x: Tensor): { S: Tensor; Vh: Tensor } {
  const [rows = 0, width = 0] = x.shape;
  if (rows > width && rows * width ** 2 > SERIAL) return fromProducts(x.t().matmul(x));
  const small = rows > width ? linalg.qr(x).R : x;
  const { S, Vh } = linalg.svd(small, { fullMatrices: false });
  return { S, Vh };
}

/** The first `count`, by orthogonal iteration on xᵀx (Halko et al. 2011): a few wide products instead of one small serial one. */
function leading(x: Tensor, count: number): { S: Tensor; Vh: Tensor } {
  const products = x.t().matmul(x);
  const size = Math.min(count + SPARE, products.shape[0] as number);
  const generator = new Generator(0); // its own: the user's draws stay as they were
  const start = randn([products.shape[0] as number, size], { generator });
  let basis = linalg.qr(products.matmul(start)).Q;
  for (let round = 1; round < ROUNDS; round++) basis = linalg.qr(products.matmul(basis)).Q;
  const { S, Vh } = fromProducts(basis.t().matmul(products).matmul(basis));
  return { S, Vh: Vh.matmul(basis.t()) };
}

/** Singular values and right vectors of x by xᵀx, whose eigenvalues are their squares. */
function fromProducts(products: Tensor): { S: Tensor; Vh: Tensor } {
  const { eigenvalues, eigenvectors } = linalg.eigh(products);
  const S = eigenvalues.flip([0]).clamp({ min: 0 }).sqrt();
  return { S, Vh: eigenvectors.t().flip([0]) };
}

/** How many of the parts it takes to explain more than `part`. */
function enough(ratios: readonly number[], part: number): number {
  let sum = 0;
  const index = ratios.findIndex((ratio) => {
    sum += ratio;
    return sum > part;
  });
  return index < 0 ? ratios.length : index + 1;
}

/** The direction or its opposite, whichever has a positive entry of largest size. */
function signed(vector: number[]): number[] {
  const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}

const matrixOf = (rows: readonly (readonly number[])[]): Tensor => tensor(rows);
