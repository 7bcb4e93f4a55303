import { ArgumentError, ShapeError, type Tensor, where } from "@wgrad/autograd";
import { composite } from "@wgrad/autograd/plugin";

/** How a loss becomes one number: the mean (default), the sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** Settings that losses share. */
export interface LossOptions {
  readonly reduction?: Reduction;
}

/** Settings of binary cross-entropy. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** A factor for every element, broadcast to the target's shape. */
  readonly weight?: Tensor;
}

/** Mean of (input − target)². Shapes must be equal. → 0-d, or their shape with `reduction: "none"`. */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const reduce = reducer("mseLoss", options);
  sameShapes("mseLoss", input, target);
  return composite(() => reduce(input.sub(target).square()));
}

/**
 * Mean of −w (y log p + (1 − y) log(1 − p)) for probabilities p in [0, 1] and targets y; each logarithm is at
 * least −100, so that a wrong certainty costs 100 and not ∞. Shapes must be equal. → 0-d, or their shape with
 * `reduction: "none"`.
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  { weight, ...options }: BinaryCrossEntropyOptions = {},
): Tensor {
  const reduce = reducer("binaryCrossEntropy", options);
  sameShapes("binaryCrossEntropy", input, target);
  return composite(() => {
    const yes = target.mul(boundedLog(input));
    const no = target
      .neg()
      .add(1)
      .mul(boundedLog(input.neg().add(1)));
    const loss = yes.add(no).neg();
    return reduce(weight === undefined ? loss : loss.mul(weight));
  });
}

/**
 * max(log p, −100), and −100 with no slope at p = 0: log's own slope there is ∞, and times the clamp's 0 it would
 * make every gradient NaN as soon as one probability rounds to 0 or 1.
 */
function boundedLog(p: Tensor): Tensor {
  const atZero = p.eq(0);
  return where(atZero, -100, where(atZero, 1, p).log().clamp(-100));
}

function reducer(call: string, { reduction = "mean" }: LossOptions): (loss: Tensor) => Tensor {
  if (reduction === "mean") return (loss) => loss.mean();
  if (reduction === "sum") return (loss) => loss.sum();
  if (reduction === "none") return (loss) => loss;
  throw new ArgumentError(
    `${call}: unknown reduction ${JSON.stringify(reduction)}\n  hint: "mean", "sum" or "none"`,
  );
}

function sameShapes(call: string, input: Tensor, target: Tensor): void {
  if (String(input.shape) === String(target.shape)) return;
  throw new ShapeError(
    `${call}: input and target have different shapes` +
      `\n  input: [${input.shape.join(", ")}]\n  target: [${target.shape.join(", ")}]` +
      "\n  hint: reshape one to the other's shape; broadcasting here is nearly always a mistake",
  );
}
