import {
  ArgumentError,
  argmax,
  cat,
  clamp,
  gather,
  IndexError,
  logicalAnd,
  logSoftmax,
  ShapeError,
  type Tensor,
  where,
} from "@wgrad/autograd";
import { checkCall, checkedIndex, composite, inOrder, type Pair } from "@wgrad/autograd/plugin";
import { ModuleList } from "../containers/module-list.ts";
import { Sequential } from "../containers/sequential.ts";
import { registerFields } from "../fields.ts";
import { Linear } from "../layers/linear.ts";
import { Module } from "../module.ts";

/** Settings of AdaptiveLogSoftmaxWithLoss. */
export interface AdaptiveLogSoftmaxOptions {
  /** Cluster i projects to inFeatures / divValueⁱ⁺¹ features (default 4). */
  readonly divValue?: number;
  /** Adds a bias to the head (default false). */
  readonly headBias?: boolean;
}

/** The log probability of each target and their negative mean; also iterable as [output, loss]. */
export interface AdaptiveLogSoftmaxResult extends Pair<Tensor> {
  readonly output: Tensor;
  readonly loss: Tensor;
}

/**
 * log p(target | x) for many classes, sorted by frequency. The head scores the frequent classes and
 * the clusters of the rest; each cluster has a smaller projection of its own. x: [N, inFeatures] or
 * [inFeatures], target: [N] or a number.  Grave et al. 2017.
 */
export class AdaptiveLogSoftmaxWithLoss extends Module<
  [input: Tensor, target: Tensor],
  AdaptiveLogSoftmaxResult
> {
  readonly inFeatures: number;
  readonly nClasses: number;
  /** The first class of each cluster, and the number of classes. */
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  head: Linear;
  tail: ModuleList<Sequential>;

  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    options: AdaptiveLogSoftmaxOptions = {},
  ) {
    checkCall(
      "new AdaptiveLogSoftmaxWithLoss(inFeatures: number, nClasses: number, cutoffs: list, { divValue: number, headBias: boolean })",
      arguments,
    );
    super();
    const ascending = cutoffs.every(
      (c, i) => Number.isInteger(c) && c > (cutoffs[i - 1] ?? 0) && c < nClasses,
    );
    if (cutoffs.length === 0 || !ascending) {
      throw new ArgumentError(
        `AdaptiveLogSoftmaxWithLoss: cutoffs are [${cutoffs.join(", ")}]\n  hint: whole numbers in ascending order, from 1 to ${nClasses - 1}`,
      );
    }
    const { divValue = 4, headBias = false } = options;
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    const size = (cutoffs[0] as number) + cutoffs.length;
    this.head = new Linear(inFeatures, size, { bias: headBias });
    this.tail = new ModuleList(
      cutoffs.map((from, i) => {
        const hidden = Math.floor(inFeatures / divValue ** (i + 1));
        const own = (this.cutoffs[i + 1] as number) - from;
        return new Sequential(
          new Linear(inFeatures, hidden, { bias: false }),
          new Linear(hidden, own, { bias: false }),
        );
      }),
    );
    registerFields(this);
  }

  forward(input: Tensor, target: Tensor): AdaptiveLogSoftmaxResult {
    const single = input.shape.length === 1;
    const [x, y] = single ? [input.unsqueeze(0), target.reshape([1])] : [input, target];
    if (x.shape.length !== 2 || y.shape.length !== 1 || x.shape[0] !== y.shape[0]) {
      throw new ShapeError(
        `AdaptiveLogSoftmaxWithLoss: needs an input [N, ${this.inFeatures}] with targets [N]\n  input: [${input.shape.join(", ")}]\n  target: [${target.shape.join(", ")}]`,
      );
    }
    const { nClasses, cutoffs } = this;
    return composite(() => {
      const found = checkedIndex(
        "AdaptiveLogSoftmaxWithLoss",
        y,
        { from: 0, below: nClasses },
        y,
        () =>
          new IndexError(
            `AdaptiveLogSoftmaxWithLoss: a target is not a class\n  hint: targets must be from 0 to ${nClasses - 1}`,
          ),
      );
      const classes = found.unsqueeze(1);
      const first = cutoffs[0] as number;
      const head = logSoftmax(this.head(x), 1);
      let all = gather(head, 1, clamp(classes, 0, first - 1));
      for (const [i, cluster] of [...this.tail].entries()) {
        const [from, to] = [cutoffs[i] as number, cutoffs[i + 1] as number];
        const own = logSoftmax(cluster(x), 1);
        const within = gather(own, 1, clamp(classes.sub(from), 0, to - from - 1));
        const inside = logicalAnd(classes.ge(from), classes.lt(to));
        all = where(inside, head.narrow(1, first + i, 1).add(within), all);
      }
      const output = all.squeeze(1);
      const loss = output.mean().neg();
      return inOrder({ output: single ? output.squeeze(0) : output, loss });
    });
  }

  /** The log probabilities of all classes.  [N, inFeatures] → [N, nClasses]. */
  logProb(input: Tensor): Tensor {
    checkCall("model.logProb(input)", arguments);
    return composite(() => this.logProbOf(input, logSoftmax(this.head(input), 1)));
  }

  private logProbOf(input: Tensor, head: Tensor): Tensor {
    const first = this.cutoffs[0] as number;
    const clusters = [...this.tail].map((cluster, i) =>
      logSoftmax(cluster(input), 1).add(head.narrow(1, first + i, 1)),
    );
    return cat([head.narrow(1, 0, first), ...clusters], 1);
  }

  /**
   * The likeliest classes, i32: from the head where it prefers a frequent class, else from all.
   * [N, inFeatures] → [N].
   */
  predict(input: Tensor): Tensor {
    checkCall("model.predict(input)", arguments);
    return composite(() => {
      const head = logSoftmax(this.head(input), 1);
      const likeliest = argmax(head, 1);
      const frequent = likeliest.lt(this.cutoffs[0] as number);
      return where(frequent, likeliest, argmax(this.logProbOf(input, head), 1));
    });
  }
}
