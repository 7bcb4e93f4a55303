import {
  ArgumentError,
  arange,
  cat,
  exp,
  gather,
  IndexError,
  type LossOptions,
  logsumexp,
  ShapeError,
  stack,
  Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { checkCall, checkedClasses, checkedIndex, knownValues } from "@wgrad/autograd/plugin";
import { reduced } from "./reduction.ts";

/** Settings of connectionist temporal classification. */
export interface CtcLossOptions extends LossOptions {
  /** Index of the blank class (default 0). */
  readonly blank?: number;
  /** Gives a loss of 0, not infinity, if no path of the input gives the target. */
  readonly zeroInfinity?: boolean;
}

/** Stands for log 0. It is finite, so that differences stay finite. */
const LOG_ZERO = -1e30;

/**
 * −log P(target): the probability summed over all paths that give the target once repeats are
 * merged and blanks are dropped. The mean divides each loss by its target's length first.
 *
 *   α₀ = p₀ at the first two labels,  αₜ(s) = (αₜ₋₁(s) + αₜ₋₁(s−1) + [lₛ is no blank and ≠ lₛ₋₂] αₜ₋₁(s−2)) pₜ(lₛ)
 *
 * with l the target with blanks between its labels. logProbs: [T, N, C] or [T, C], normalised along
 * C (its gradient is that of the logits before a logSoftmax, as in PyTorch); targets: [N, S], or [Σ
 * lengths] with all targets in one row; lengths: [N], or numbers → 0-d, or [N] with `reduction:
 * "none"`.  Graves et al. 2006.
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor | readonly number[],
  targetLengths: Tensor | readonly number[],
  options: CtcLossOptions = {},
): Tensor {
  checkCall(
    'ctcLoss(logProbs, targets, inputLengths: tensor | int[], targetLengths: tensor | int[], { blank: int, reduction: "none" | "mean" | "sum", zeroInfinity: boolean })',
    arguments,
  );
  const { blank = 0, zeroInfinity = false, reduction = "mean" } = options;
  const batched = logProbs.shape.length === 3;
  if (!batched && logProbs.shape.length !== 2) {
    throw new ShapeError(
      `ctcLoss: takes log-probabilities [T, N, C] or [T, C]\n  logProbs: [${logProbs.shape.join(", ")}]`,
    );
  }
  const logs = batched ? logProbs : logProbs.unsqueeze(1);
  const n = logs.shape[1] as number;
  const [steps, , classes] = logs.shape as readonly [number, number, number];
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes)) {
    throw new ArgumentError(`ctcLoss: blank is ${blank}, but there are ${classes} classes`);
  }
  const room = targets.shape.at(-1) as number;
  const times = lengthsOf("inputLengths", inputLengths, n, steps, logs);
  const lengths = lengthsOf("targetLengths", targetLengths, n, room, logs);
  const listed = rowsOf(targets, lengths, n, batched);
  const inside = arange(listed.shape[1] as number).lt(lengths.unsqueeze(1));
  // ignore entries after the end of each target
  const rows = checkedClasses("ctcLoss", where(inside, listed, blank), classes, logs);
  const likelihood = pathLikelihood(logs, withBlanks(rows, blank), times, lengths, blank);
  const possible = likelihood.gt(LOG_ZERO / 2);
  const impossible = zeroInfinity ? 0 : Number.POSITIVE_INFINITY;
  const loss = where(possible, likelihood.neg().add(zeroWithGradient(logs, times)), impossible);
  const mean = reduction === "mean" ? loss.div(lengths.clamp(1)) : loss;
  return reduced(batched ? mean : mean.squeeze(0), reduction);
}

/** Checks n lengths, of which none may exceed `room`. */
function lengthsOf(
  name: string,
  given: Tensor | readonly number[],
  n: number,
  room: number,
  on: Tensor,
): Tensor {
  const lengths = given instanceof Tensor ? given : tensor([...given], { dtype: "i32" });
  const wrong = (length: number): IndexError =>
    new IndexError(`ctcLoss: ${name} must be from 0 to ${room}, got ${length}`);
  return checkedIndex("ctcLoss", lengths.reshape([n]), { from: 0, below: room + 1 }, on, wrong);
}

/** The targets as [N, S]; in one row of targets, each starts at its offset. */
function rowsOf(targets: Tensor, lengths: Tensor, n: number, batched: boolean): Tensor {
  if (targets.shape.length === 2) return targets;
  if (!batched) return targets.unsqueeze(0);
  const total = targets.shape[0] as number;
  const starts = runningSums(lengths, total).sub(lengths).unsqueeze(1);
  const places = starts.add(arange(total)).clamp(0, Math.max(total - 1, 0));
  return targets.indexSelect(0, places.reshape([-1])).reshape([n, total]);
}

/** Running sums of the lengths, whose last must equal `total`. */
function runningSums(lengths: Tensor, total: number): Tensor {
  const wrong = (sum: number): ShapeError =>
    new ShapeError(`ctcLoss: targetLengths sum to ${sum}, but there are ${total} targets`);
  const ends = lengths.cumsum(0);
  const last = lengths.shape[0] as number;
  const known = knownValues(lengths);
  if (known !== null || last === 0) {
    let sum = 0;
    for (const length of known ?? []) sum += length;
    if (sum !== total) throw wrong(sum);
    return ends;
  }
  const range = { from: total, below: total + 1 };
  const end = checkedIndex("ctcLoss", ends.narrow(0, last - 1, 1), range, lengths, wrong);
  return cat([ends.narrow(0, 0, last - 1), end]);
}

/** Interleaves labels with blanks: blank, l₁, blank, l₂, …, blank. [N, S] → [N, 2S + 1] */
function withBlanks(rows: Tensor, blank: number): Tensor {
  const [n, s] = rows.shape as readonly [number, number];
  const gaps = zeros([n, s], { dtype: rows.dtype }).add(blank);
  const pairs = stack([gaps, rows], -1).reshape([n, 2 * s]);
  return cat([pairs, zeros([n, 1], { dtype: rows.dtype }).add(blank)], 1);
}

/** log α at the end of every row, summed over its last label and the blank after it. → [N] */
function pathLikelihood(
  logs: Tensor,
  labels: Tensor,
  times: Tensor,
  lengths: Tensor,
  blank: number,
): Tensor {
  const [n, states] = labels.shape as readonly [number, number];
  const never = (width: number): Tensor => zeros([n, width]).add(LOG_ZERO);
  const shifted = (x: Tensor, by: number): Tensor =>
    cat([never(Math.min(by, states)), x.narrow(1, 0, Math.max(states - by, 0))], 1);
  const unlike =
    states > 2
      ? cat(
          [
            zeros([n, 2]).gt(0),
            labels.narrow(1, 2, states - 2).ne(labels.narrow(1, 0, states - 2)),
          ],
          1,
        )
      : zeros([n, states]).gt(0);
  const mayJump = unlike.logicalAnd(labels.ne(blank));
  const at = (t: number): Tensor => gather(logs.select(0, t), 1, labels);
  let alpha = where(arange(states).lt(2), at(0), LOG_ZERO);
  for (let t = 1; t < (logs.shape[0] as number); t++) {
    const jumped = where(mayJump, shifted(alpha, 2), LOG_ZERO);
    const arrived = logsumexp(stack([alpha, shifted(alpha, 1), jumped], 0), 0).add(at(t));
    alpha = where(times.gt(t).unsqueeze(1), arrived, alpha);
  }
  const last = lengths.mul(2).unsqueeze(1);
  const ends = arange(states)
    .eq(last)
    .logicalOr(arange(states).eq(last.sub(1)));
  return logsumexp(where(ends, alpha, LOG_ZERO), 1);
}

/**
 * A zero whose gradient is p. It turns the gradient into −(posterior), the gradient of the logits
 * before a logSoftmax. → [N]
 */
function zeroWithGradient(logs: Tensor, times: Tensor): Tensor {
  const p = exp(logs);
  const steps = arange(logs.shape[0] as number).unsqueeze(1);
  return where(steps.lt(times).unsqueeze(2), p.sub(p.detach()), 0).sum([0, 2]);
}
