import { embedding, noGrad, ones, type Tensor, zeros } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { boundRows, paddingRow } from "../functional/embedding-bag.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { pythonFloat } from "../print.ts";

/** Settings of Embedding. */
export interface EmbeddingLayerOptions {
  /** A row that starts at zero and gets no gradient (a negative index counts from the end). */
  readonly paddingIdx?: number | null;
  /** Rows whose norm is greater are scaled down to it, in the table, when they are looked up. */
  readonly maxNorm?: number | null;
  /** The degree of that norm (default 2). */
  readonly normType?: number;
  /** Divides the gradient of a row by how often the call looks it up. */
  readonly scaleGradByFreq?: boolean;
}

/**
 * y = W[i]: looks up rows of a table.  i: […] integers → […, features]; weight: [rows, features],
 * initialised from a normal distribution.
 */
export class Embedding extends Module<[Tensor], Tensor> {
  weight: Parameter;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingLayerOptions = {}) {
    checkCall(
      "new Embedding(numEmbeddings: number, embeddingDim: number, { paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean })",
      arguments,
    );
    super();
    const { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false } = options;
    const weight = zeros([numEmbeddings, embeddingDim]).normal_();
    this.paddingIdx = paddingRow("Embedding", paddingIdx, numEmbeddings);
    if (this.paddingIdx !== null) weight.select(0, this.paddingIdx).zero_();
    this.weight = parameter(weight);
    registerFields(this);
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
  }

  /** A layer with a copy of this table as its weight, frozen by default. */
  static fromPretrained(
    embeddings: Tensor,
    settings: EmbeddingLayerOptions & { readonly freeze?: boolean } = {},
  ): Embedding {
    checkCall(
      "Embedding.fromPretrained(embeddings, { freeze: boolean, paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean })",
      arguments,
    );
    const { freeze = true, ...options } = settings;
    const [rows, features] = embeddings.shape as readonly [number, number];
    const layer = new Embedding(rows, features, options);
    noGrad(() => layer.weight.copy_(embeddings));
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  forward(x: Tensor): Tensor {
    if (this.maxNorm !== null) boundRows(this.weight, x, this.maxNorm, this.normType);
    const y = embedding(x, this.weight, { paddingIdx: this.paddingIdx });
    if (this.scaleGradByFreq) scaleByFrequency(y, x, this.weight.shape[0] as number);
    return y;
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`;
    const frequency = this.scaleGradByFreq ? ", scale_grad_by_freq=True" : "";
    const bound = boundRepr(this.maxNorm, this.normType);
    return this.weight.shape.join(", ") + padding + bound + frequency;
  }
}

/** The limit of the row norms, as PyTorch prints it. */
export function boundRepr(maxNorm: number | null, normType: number): string {
  const bound = maxNorm === null ? "" : `, max_norm=${pythonFloat(maxNorm)}`;
  return normType === 2 ? bound : `${bound}, norm_type=${pythonFloat(normType)}`;
}

/** Divides the gradient of the rows y = W[i] by how often each index occurs in i. */
function scaleByFrequency(y: Tensor, x: Tensor, rows: number): void {
  if (!y.requiresGrad) return;
  const places = x.reshape([-1]);
  const counts = zeros([rows]).indexAdd(0, places, ones(places.shape));
  const share = counts.indexSelect(0, places).reciprocal().reshape(x.shape).unsqueeze(-1);
  y.registerHook((dy) => dy.mul(share));
}
