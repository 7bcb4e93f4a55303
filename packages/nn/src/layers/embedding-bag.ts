import { ArgumentError, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { embedBags, paddingRow } from "../functional/embedding-bag.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { boundRepr, type EmbeddingLayerOptions } from "./embedding.ts";

/** Settings of EmbeddingBag. */
export interface EmbeddingBagOptions extends Omit<EmbeddingLayerOptions, "scaleGradByFreq"> {
  /** How the rows of a bag are combined: their mean (default), sum or maximum. */
  readonly mode?: "mean" | "sum" | "max";
  /** The last offset is the end of the last bag, not the start of another one. */
  readonly includeLastOffset?: boolean;
}

/** Settings of a call of EmbeddingBag. */
export interface BagOptions {
  /** A factor for each index, of the shape of the indices; only with mode "sum". */
  readonly perSampleWeights?: Tensor | null;
}

/**
 * y[b] = the sum, mean or maximum of W[i] over the indices i of bag b. An empty bag gives 0; the
 * padding row is left out.  i: [B, L], or [n] with the start of each bag in offsets: [B] → [B,
 * features]; weight: [rows, features], initialised from a normal distribution.
 */
export class EmbeddingBag extends Module<
  [input: Tensor, offsets?: Tensor | null, options?: BagOptions],
  Tensor
> {
  weight: Parameter;
  readonly mode: "mean" | "sum" | "max";
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly includeLastOffset: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    checkCall(
      'new EmbeddingBag(numEmbeddings: number, embeddingDim: number, { maxNorm: number | null, normType: number, mode: "sum" | "mean" | "max", includeLastOffset: boolean, paddingIdx: number | null })',
      arguments,
    );
    super();
    const { mode = "mean", paddingIdx = null, maxNorm = null, normType = 2 } = options;
    if (!["mean", "sum", "max"].includes(mode)) {
      throw new ArgumentError(
        `EmbeddingBag: unknown mode ${JSON.stringify(mode)}\n  hint: "mean", "sum" or "max"`,
      );
    }
    const weight = zeros([numEmbeddings, embeddingDim]).normal_();
    this.mode = mode;
    this.paddingIdx = paddingRow("EmbeddingBag", paddingIdx, numEmbeddings);
    if (this.paddingIdx !== null) weight.select(0, this.paddingIdx).zero_();
    this.weight = parameter(weight);
    registerFields(this);
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.includeLastOffset = options.includeLastOffset ?? false;
  }

  forward(input: Tensor, offsets: Tensor | null = null, options: BagOptions = {}): Tensor {
    checkCall("bag(input, offsets?, { perSampleWeights })", arguments);
    const { mode, paddingIdx, maxNorm, normType, includeLastOffset } = this;
    const { perSampleWeights = null } = options;
    return embedBags("EmbeddingBag", input, this.weight, offsets, {
      mode,
      paddingIdx,
      maxNorm,
      normType,
      includeLastOffset,
      perSampleWeights,
    });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`;
    return `${this.weight.shape.join(", ")}${boundRepr(this.maxNorm, this.normType)}, mode='${this.mode}'${padding}`;
  }
}
