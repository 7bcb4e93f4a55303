import { Generator, linalg, noGrad, randn, type Tensor, tensor } from "@wgrad/autograd";
import { singularValues } from "../algebra/singular.ts";
import { Triangle } from "../algebra/triangle.ts";
import type { Matrix } from "../estimator/input.ts";
import { readTogether } from "../estimator/read.ts";

/** Singular values, descending, and right singular vectors as rows, flat. */
interface Axes {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Up to this number of features all components are computed directly, beyond it the first ones by
 * iteration.
 */
const DIRECT = 128;
/** Up to this many steps the rows are factored on the host in f64, which is the most exact way. */
const EXACT = 1e7;
/** Singular values below this fraction of the largest are rounding errors of f32. */
const ROUNDING = 1e-6;
/** Additional directions and rounds of the iteration. */
const SPARE = 10;
const ROUNDS = 12;

/**
 * Singular values of centred rows and their right singular vectors; at least the first `count`.
 * Values that are rounding errors are 0.
 */
export async function axesOf(
  matrix: Matrix,
  x: Tensor,
  mean: Float64Array,
  count: number,
): Promise<Axes> {
  const { rows, width } = matrix;
  if (width <= DIRECT && rows * width ** 2 <= EXACT) return exactAxes(matrix, mean);
  const { S, Vh } = noGrad(() => {
    const centred = x.sub(tensor(Float32Array.from(mean), { device: x.device }));
    const isPart = width > DIRECT && count + SPARE < width;
    return isPart ? leading(centred, count) : singularOf(centred);
  });
  const { S: values, Vh: vectors } = await readTogether({ S, Vh });
  const least = ROUNDING * (values[0] as number);
  return {
    values: Float64Array.from(values, (value) => (value > least ? value : 0)),
    vectors: Float64Array.from(vectors),
  };
}

/** All of them, on the host. */
function exactAxes({ data, rows, width }: Matrix, mean: Float64Array): Axes {
  const triangle = new Triangle(width);
  const line = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      line[j] = (data[i * width + j] as number) - (mean[j] as number);
    }
    triangle.add(line);
  }
  triangle.finish();
  const { s, v } = singularValues(triangle.r, width);
  const order = Array.from(s.keys())
    .sort((a, b) => (s[b] as number) - (s[a] as number))
    .slice(0, Math.min(rows, width));
  const least = Math.max(rows, width) * 2 ** -52 * (s[order[0] as number] as number);
  const vectors = new Float64Array(order.length * width);
  order.forEach((own, k) => {
    for (let j = 0; j < width; j++) vectors[k * width + j] = v[j * width + own] as number;
  });
  const values = Float64Array.from(order, (own) =>
    (s[own] as number) > least ? (s[own] as number) : 0,
  );
  return { values, vectors };
}

/** All of them, from xᵀx if there are many rows. */
function singularOf(x: Tensor): { S: Tensor; Vh: Tensor } {
  const [rows = 0, width = 0] = x.shape;
  if (rows > width) return fromProducts(x.t().matmul(x));
  const { S, Vh } = linalg.svd(x, { fullMatrices: false });
  return { S, Vh };
}

/**
 * The first `count`, by orthogonal iteration on xᵀx (Halko et al. 2011): a few wide products
 * instead of one small serial computation.
 */
function leading(x: Tensor, count: number): { S: Tensor; Vh: Tensor } {
  const products = x.t().matmul(x);
  const size = Math.min(count + SPARE, products.shape[0] as number);
  const generator = new Generator(0); // a separate generator, so that the user's draws do not change
  const start = randn([products.shape[0] as number, size], { generator });
  let basis = linalg.qr(products.matmul(start)).Q;
  for (let round = 1; round < ROUNDS; round++) basis = linalg.qr(products.matmul(basis)).Q;
  const { S, Vh } = fromProducts(basis.t().matmul(products).matmul(basis));
  return { S, Vh: Vh.matmul(basis.t()) };
}

/**
 * Singular values and right singular vectors of x from xᵀx, whose eigenvalues are their squares.
 */
function fromProducts(products: Tensor): { S: Tensor; Vh: Tensor } {
  const { eigenvalues, eigenvectors } = linalg.eigh(products);
  const S = eigenvalues.flip([0]).clamp({ min: 0 }).sqrt();
  return { S, Vh: eigenvectors.t().flip([0]) };
}
