import { noGrad, ones, ShapeError, type Tensor, tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { Module } from "../module.ts";
import { buffer, type Parameter, parameter } from "../parameter.ts";
import { pythonFloat, pythonValue } from "../print.ts";
import { positive } from "./sizes.ts";

/** Settings of batch and instance norms. */
export interface ChannelNormOptions {
  /** Added to the variance, so that constant inputs do not divide by 0 (default 1e-5). */
  readonly eps?: number;
  /**
   * Weight of a new batch in the running statistics (default 0.1); null takes the mean of all
   * batches.
   */
  readonly momentum?: number | null;
  /** Learns a scale and a shift for each channel. */
  readonly affine?: boolean;
  /** Keeps running statistics, which replace those of the batch in evaluation mode. */
  readonly trackRunningStats?: boolean;
}

/** The base of batch and instance norms: γ, β, the running statistics and their printing. */
export abstract class ChannelNorm extends Module<[Tensor], Tensor> {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  weight: Parameter | null;
  bias: Parameter | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  /** Number of batches in the running statistics, 0-d i32. */
  readonly numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, options: Required<ChannelNormOptions>) {
    super();
    positive(new.target.name, { numFeatures });
    const { eps, momentum, affine, trackRunningStats } = options;
    const size = [numFeatures];
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? parameter(ones(size)) : null;
    this.bias = affine ? parameter(zeros(size)) : null;
    this.runningMean = trackRunningStats ? buffer(zeros(size)) : null;
    this.runningVar = trackRunningStats ? buffer(ones(size)) : null;
    this.numBatchesTracked = trackRunningStats ? buffer(tensor(0, { dtype: "i32" })) : null;
    registerFields(this);
  }

  /** Resets the running statistics to their initial values. */
  resetRunningStats(): void {
    checkCall("norm.resetRunningStats()", arguments);
    noGrad(() => {
      this.runningMean?.zero_();
      this.runningVar?.fill_(1);
      this.numBatchesTracked?.zero_();
    });
  }

  /**
   * Throws ShapeError unless x has one of these ranks and the right number of channels at `dim`.
   */
  protected check(x: Tensor, ranks: readonly number[], dim: number): void {
    if (ranks.includes(x.shape.length) && x.shape[dim] === this.numFeatures) return;
    throw new ShapeError(
      `${this.constructor.name}: needs an input of ${ranks.join(" or ")} dimensions with ${this.numFeatures} channels in dimension ${dim}, got [${x.shape.join(", ")}]`,
    );
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum } = this;
    const [affine, trackRunningStats] = [this.weight !== null, this.runningMean !== null];
    return printedNorm(numFeatures, { eps, momentum, affine, trackRunningStats });
  }
}

/** Settings of a norm, as PyTorch prints them. */
export const printedNorm = (
  numFeatures: number,
  { eps, momentum, affine, trackRunningStats }: Required<ChannelNormOptions>,
): string =>
  [
    `${numFeatures}, eps=${pythonFloat(eps)}`,
    `momentum=${momentum === null ? "None" : pythonFloat(momentum)}`,
    `affine=${pythonValue(affine)}`,
    `track_running_stats=${pythonValue(trackRunningStats)}`,
  ].join(", ");
