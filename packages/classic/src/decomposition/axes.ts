import { Generator, linalg, randn, type Tensor } from "@wgrad/autograd";

/**
 * Up to this number of features all components are computed directly, beyond it the first ones by
 * iteration.
 */
const DIRECT = 128;
/**
 * Up to this many steps x itself is factored: this is the most exact way, but serial work on the
 * device.
 */
const SERIAL = 1e7;
/** Additional directions and rounds of the iteration. */
const SPARE = 10;
const ROUNDS = 12;

/**
 * Singular values of centred rows, descending, and their right singular vectors; at least the first
 * `count`.
 */
export function axesOf(x: Tensor, count: number): { S: Tensor; Vh: Tensor } {
  const [, width = 0] = x.shape;
  const few = width > DIRECT && count + SPARE < width;
  return few ? leading(x, count) : singularOf(x);
}

/**
 * All singular values and right singular vectors: from the small R in x = Q R, or from xᵀx if there
 * are many rows.
 */
function singularOf(x: Tensor): { S: Tensor; Vh: Tensor } {
  const [rows = 0, width = 0] = x.shape;
  if (rows > width && rows * width ** 2 > SERIAL) return fromProducts(x.t().matmul(x));
  const small = rows > width ? linalg.qr(x).R : x;
  const { S, Vh } = linalg.svd(small, { fullMatrices: false });
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
