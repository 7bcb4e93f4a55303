import {
  ArgumentError,
  enableGrad,
  grad,
  noGrad,
  ShapeError,
  stack,
  Tensor,
  tensor,
} from "@wgrad/autograd";
import type { Derivatives, HistLoss, Raw } from "./losses.ts";

/**
 * A custom loss in tensor operations: raw predictions [rows] and targets [rows] → the loss of each
 * row [rows]. With more than two classes, raw predictions are [rows, classes] and targets are class
 * indices. Autograd computes gradients and curvatures.
 */
export type OwnLoss = (raw: Tensor, y: Tensor) => Tensor;

/**
 * Derivatives of a custom loss by autograd on the current device: g = d loss / d raw and h = d g /
 * d raw. Negative curvatures count as 0. If the curvature is 0 everywhere (absolute error), it is
 * replaced by 1, which gives gradient descent.
 */
export function autogradLoss(call: string, loss: OwnLoss, outputs: number): HistLoss {
  const rawOf = (raw: Raw): Tensor => {
    const columns = raw.map((values) => tensor(Float32Array.from(values)));
    return outputs === 1 ? (columns[0] as Tensor) : stack(columns, 1);
  };
  const targetsOf = (y: Float64Array): Tensor =>
    outputs === 1 ? tensor(Float32Array.from(y)) : tensor(Int32Array.from(y));
  const lossOf = (raw: Tensor, y: Tensor): Tensor => {
    const losses = loss(raw, y);
    if (!(losses instanceof Tensor)) {
      throw new ArgumentError(
        `${call}: the loss did not return a tensor\n  hint: (raw, y) => raw.sub(y).square()`,
      );
    }
    if (losses.shape.length === 1 && losses.shape[0] === y.shape[0]) return losses;
    throw new ShapeError(
      `${call}: the loss returned [${losses.shape.join(", ")}] for ${y.shape[0]} rows\n  hint: return one loss for each row, not their sum or mean`,
    );
  };
  /** g and h, [outputs, rows]; h is null if the gradient does not depend on the predictions. */
  const derivatives = (raw: Raw, y: Float64Array): { g: Tensor; h: Tensor | null } =>
    enableGrad(() => {
      const x = rawOf(raw).detach();
      x.requiresGrad = true;
      const total = lossOf(x, targetsOf(y)).sum();
      const [g] = grad(total, x, { createGraph: true }) as [Tensor];
      const columns = (of: Tensor): Tensor[] => (outputs === 1 ? [of] : of.unbind(1));
      const slopes = columns(g);
      const curves = slopes.map((slope, k) => {
        if (!slope.requiresGrad) return null;
        const [h] = grad(slope.sum(), x, { retainGraph: true, allowUnused: true });
        return h ? (columns(h)[k] as Tensor) : null;
      });
      return {
        g: stack(slopes.map((slope) => slope.detach())),
        h: curves.every((curve) => curve !== null) ? stack(curves as Tensor[]) : null,
      };
    });
  const check = (values: ArrayLike<number>, what: string): void => {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i])) continue;
      throw new ArgumentError(
        `${call}: the loss has the ${what} ${values[i]} at a prediction\n  hint: the loss must be finite for all predictions`,
      );
    }
  };
  const meanOf = async (
    raw: Raw,
    y: Float64Array,
    weights: Float64Array | null,
  ): Promise<number> => {
    const losses = noGrad(() => lossOf(rawOf(raw), targetsOf(y)));
    const values = await losses.data();
    let [sum, all] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const weight = weights?.[i] ?? 1;
      sum += weight * (values[i] as number);
      all += weight;
    }
    return sum / all;
  };
  return {
    outputs,
    constantCurvature: false,
    inverseLink: (raw) => raw,
    mean: meanOf,
    async baseline(y, weights) {
      if (outputs > 1) return new Array<number>(outputs).fill(0);
      const slopeAt = async (c: number): Promise<number> => {
        const { g } = derivatives([new Float64Array(y.length).fill(c)], y);
        const slopes = Float64Array.from(await g.data());
        return slopes.reduce((sum, slope, i) => sum + slope * (weights?.[i] ?? 1), 0);
      };
      return [await rootOf(slopeAt)];
    },
    async differentiate(raw, y, weights, out) {
      const { g, h } = derivatives(raw, y);
      const [slopes, curves] = await Promise.all([g.data(), h?.data()]);
      check(slopes, "gradient");
      if (curves !== undefined) check(curves, "curvature");
      const curved = curves?.some((curve) => curve > 0) ?? false;
      const { length } = y;
      out.forEach(({ gradients, curvatures }: Derivatives, k) => {
        for (let i = 0; i < length; i++) {
          const weight = weights?.[i] ?? 1;
          gradients[i] = weight * (slopes[k * length + i] as number);
          curvatures[i] =
            weight *
            (curved ? Math.max(0, (curves as ArrayLike<number>)[k * length + i] as number) : 1);
        }
      });
    },
  };
}

/**
 * The zero of an increasing function: steps from 0 that double, then bisection. Infinite and NaN
 * values count as too far.
 */
async function rootOf(slopeAt: (c: number) => Promise<number>): Promise<number> {
  const first = await slopeAt(0);
  if (first === 0 || !Number.isFinite(first)) return 0;
  const direction = -Math.sign(first);
  let [near, far] = [0, direction];
  for (let i = 0; i < 60; i++) {
    const slope = await slopeAt(far);
    if (!(slope * direction < 0)) break;
    near = far;
    far *= 2;
  }
  for (let i = 0; i < 40 && Math.abs(far - near) > 1e-7 * Math.max(1, Math.abs(far)); i++) {
    const middle = (near + far) / 2;
    if ((await slopeAt(middle)) * direction < 0) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}
