import { noGrad, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";

/**
 * What one step of LBFGS taught: a step s and the change y of the gradient over it, with y·s and
 * y·s / y·y.
 */
export interface Curvature {
  readonly s: Tensor;
  readonly y: Tensor;
  readonly product: Tensor;
  readonly scale: Tensor;
}

/** Where the last step began: gradient and loss there, and the step t · direction. */
export interface Past {
  readonly gradient: Tensor;
  readonly loss: number;
  readonly direction: Tensor;
  t: number;
}

export function curvatureOf(gradient: Tensor, past: Past): Curvature {
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

/** Gives back what was remembered of a step. */
export function release({ s, y, product, scale }: Curvature): void {
  for (const tensor of [s, y, product, scale]) tensor.dispose();
}

/** A copy of its own of a saved value. */
export function own(saved: Tensor): Tensor {
  return noGrad(() => saved.clone().keep());
}
