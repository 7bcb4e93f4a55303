import { ShapeError, type Tensor } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";

/**
 * y = x Wᵀ + b.  x: […, in]; weight: [out, in]; bias: [out] → […, out].
 *
 * Throws ShapeError if x's last size is not weight's.
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [outFeatures, inFeatures] = weight.shape;
  if (x.shape.at(-1) !== inFeatures) {
    throw new ShapeError(
      `linear: the last size of x, ${x.shape.at(-1) ?? "none"}, is not the ${inFeatures} features that weight takes` +
        `\n  x: [${x.shape.join(", ")}]\n  weight: [${outFeatures}, ${inFeatures}]` +
        `\n  hint: new Linear(${x.shape.at(-1) ?? 1}, ${outFeatures}), or reshape x to […, ${inFeatures}]`,
    );
  }
  return composite(() => {
    const y = x.matmul(weight.t());
    return bias === null ? y : y.add(bias);
  });
}
