import { ArgumentError, detail } from "../../errors.ts";
import { inOrder, type Triple } from "../../results.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { randn } from "../core/random.ts";
import { sub } from "../math/arithmetic.ts";
import { matmul } from "../math/contraction.ts";
import { mean } from "../math/reduction.ts";
import { checkMatrices, mT } from "./matrices.ts";
import { qr } from "./orthogonal.ts";
import { svd } from "./svd.ts";

/** Options of `svdLowrank`. */
export interface SvdLowrankOptions {
  /** The number of random vectors, a little more than the rank (6). */
  readonly q?: number | null;
  /** How often A Aᵀ is applied to them (2). */
  readonly niter?: number;
}

/** Options of `pcaLowrank`. */
export interface PcaLowrankOptions extends SvdLowrankOptions {
  /** If true (the default), subtracts the mean of each column. */
  readonly center?: boolean;
}

/** The result of `svdLowrank` and `pcaLowrank`: A ≈ U diag(S) Vᵀ. */
export interface LowrankResult extends Triple<Tensor> {
  readonly U: Tensor;
  readonly S: Tensor;
  readonly V: Tensor;
}

/**
 * A ≈ U diag(S) Vᵀ of rank q, by random projections (Halko et al. 2009). [..., m, n] → [..., m, q],
 * [..., q], [..., n, q].
 */
export function svdLowrank(a: Tensor, options: SvdLowrankOptions = {}): LowrankResult {
  checkCall("svdLowrank(a, { q: number | null, niter: number })", arguments);
  checkMatrices("svdLowrank", a);
  return composite(() => ofRank("svdLowrank", a, options.q ?? 6, options.niter ?? 2));
}

/** The principal components of the rows of A: `svdLowrank` of A minus the means of its columns. */
export function pcaLowrank(a: Tensor, options: PcaLowrankOptions = {}): LowrankResult {
  checkCall("pcaLowrank(a, { q: number | null, center: boolean, niter: number })", arguments);
  const [rows, columns] = checkMatrices("pcaLowrank", a);
  const { q, center = true, niter = 2 } = options;
  return composite(() => {
    const centered = center ? sub(a, mean(a, -2, { keepdim: true })) : a;
    return ofRank("pcaLowrank", centered, q ?? Math.min(6, rows, columns), niter);
  });
}

function ofRank(call: string, a: Tensor, q: number, niter: number): LowrankResult {
  const [rows, columns] = a.shape.slice(-2) as [number, number];
  if (!(Number.isInteger(q) && q > 0 && q <= Math.min(rows, columns))) {
    throw new ArgumentError(
      `${call}: q must be from 0 to the smaller size of A, got ${q}${detail("a", a.shape)}`,
    );
  }
  if (!(Number.isInteger(niter) && niter >= 0))
    throw new ArgumentError(`${call}: niter must be a whole number, 0 or more, got ${niter}`);
  if (rows < columns) {
    const { U, S, V } = ofRank(call, mT(a), q, niter);
    return inOrder({ U: V, S, V: U });
  }
  const draws = randn([columns, q], { dtype: a.dtype, device: a });
  let { Q } = qr(matmul(a, draws));
  for (let i = 0; i < niter; i++) {
    ({ Q } = qr(matmul(mT(a), Q)));
    ({ Q } = qr(matmul(a, Q)));
  }
  const { U, S, Vh } = svd(matmul(mT(Q), a), { fullMatrices: false });
  return inOrder({ U: matmul(Q, U), S, V: mT(Vh) });
}
