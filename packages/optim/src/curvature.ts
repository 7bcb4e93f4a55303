import { noGrad, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";

/**
 * A curvature pair of L-BFGS: the step s, the change y of the gradient over it, y·s (`product`) and
 * y·s / y·y (`scale`).
 */
export interface Curvature {
  readonly s: Tensor;
  readonly y: Tensor;
  readonly product: Tensor;
  readonly scale: Tensor;
}

/** The previous iteration: gradient and loss at its start, and its step t · direction. */
export interface PreviousStep {
  readonly gradient: Tensor;
  readonly loss: number;
  readonly direction: Tensor;
  t: number;
}

export function curvatureOf(gradient: Tensor, past: PreviousStep): Curvature {
  return composite(() => {
    const s = past.direction.mul(past.t).keep();
    const y = gradient.sub(past.gradient).keep();
    const product = y.dot(s).keep();
    return { s, y, product, scale: product.div(y.dot(y)).keep() };
  });
}

/** −H g by the two-loop recursion (Nocedal & Wright 2006, Algorithm 7.4). */
export function descentDirection(curvatures: readonly Curvature[], gradient: Tensor): Tensor {
  const shares: Tensor[] = [];
  let q = gradient.neg();
  for (const { s, y, product } of [...curvatures].reverse()) {
    const share = s.dot(q).div(product);
    shares.push(share);
    q = q.sub(y.mul(share));
  }
  const newest = curvatures.at(-1);
  let r = newest === undefined ? q : q.mul(newest.scale);
  for (const { s, y, product } of curvatures) {
    const correction = (shares.pop() as Tensor).sub(y.dot(r).div(product));
    r = r.add(s.mul(correction));
  }
  return r;
}

/** Frees the tensors of a curvature pair. */
export function release({ s, y, product, scale }: Curvature): void {
  for (const tensor of [s, y, product, scale]) tensor.dispose();
}

/** Copies a saved tensor, so that the caller owns it. */
export function own(saved: Tensor): Tensor {
  return noGrad(() => saved.clone().keep());
}
