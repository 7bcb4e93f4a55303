import {
  ArgumentError,
  arange,
  cat,
  IndexError,
  ones,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { checkCall, checkedIndex, knownValues } from "@wgrad/autograd/plugin";
import { registerFields } from "../fields.ts";
import { Module } from "../module.ts";
import { type Parameter, parameter } from "../parameter.ts";
import { boundRepr, boundRows, type EmbeddingLayerOptions, paddingRow } from "./embedding.ts";

/** Settings of EmbeddingBag. */
export interface EmbeddingBagOptions extends Omit<EmbeddingLayerOptions, "scaleGradByFreq"> {
  /** What a bag's rows become: their mean (default), sum or maximum. */
  readonly mode?: "mean" | "sum" | "max";
  /** The last offset is the end of the last bag, and starts none. */
  readonly includeLastOffset?: boolean;
}

/** What a call of EmbeddingBag takes beside indices and offsets. */
export interface BagOptions {
  /** A factor for each index, for sums only: the shape of the indices. */
  readonly perSampleWeights?: Tensor | null;
}

/**
 * y[b] = the sum, mean or maximum of W[i] over the indices i of bag b; an empty bag gives 0, and the padding row counts for
 * nothing.  i: [B, L], or [n] with the start of each bag in offsets: [B] → [B, features]; weight: [rows, features], normal.
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
    const { perSampleWeights = null } = options;
    const [starts, bags, fromZero] = bagStarts(input, offsets, this.includeLastOffset);
    if (perSampleWeights !== null && this.mode !== "sum") {
      throw new ArgumentError(
        `EmbeddingBag: perSampleWeights are for sums, not for "${this.mode}"`,
      );
    }
    const places = input.reshape([-1]);
    if (this.maxNorm !== null) boundRows(this.weight, places, this.maxNorm, this.normType);
    const rows = this.weight.indexSelect(0, places);
    const positions = arange(places.shape[0] as number).unsqueeze(1);
    const begun = positions.ge(starts).to("i32").sum(1).sub(1);
    // what is known to begin with 0 need not be found out
    const bag = fromZero
      ? begun.clamp(0)
      : checkedIndex("EmbeddingBag", begun, { from: 0, below: bags }, this.weight, noBag);
    const counts = this.paddingIdx === null ? null : places.ne(this.paddingIdx).unsqueeze(1);
    const { dtype } = rows;
    const empty = zeros([bags, this.weight.shape[1] as number], { dtype });
    if (this.mode === "max") return largest(rows, bag, counts, empty);
    const weighed = perSampleWeights === null ? rows : rows.mul(perSampleWeights.reshape([-1, 1]));
    const added = counts === null ? weighed : where(counts, weighed, 0);
    const total = empty.indexAdd(0, bag, added);
    if (this.mode === "sum") return total;
    const all = [rows.shape[0] as number, 1];
    const found = counts === null ? ones(all, { dtype }) : counts.to(dtype);
    return total.div(zeros([bags, 1], { dtype }).indexAdd(0, bag, found).clamp(1));
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, padding_idx=${this.paddingIdx}`;
    return `${this.weight.shape.join(", ")}${boundRepr(this.maxNorm, this.normType)}, mode='${this.mode}'${padding}`;
  }
}

const noBag = (): IndexError =>
  new IndexError("EmbeddingBag: the first bag does not start at 0\n  hint: offsets begin with 0");

/** The maximum over each bag, 0 where it holds nothing. */
function largest(rows: Tensor, bag: Tensor, counts: Tensor | null, empty: Tensor): Tensor {
  const candidates = counts === null ? rows : where(counts, rows, Number.NEGATIVE_INFINITY);
  const index = bag.unsqueeze(1).expand(rows.shape);
  const found = empty
    .add(Number.NEGATIVE_INFINITY)
    .scatterReduce(0, index, candidates, "amax", { includeSelf: true });
  return where(found.eq(Number.NEGATIVE_INFINITY), 0, found);
}

/** Where each bag starts, how many there are, and whether the first is known to start at 0. */
function bagStarts(
  input: Tensor,
  offsets: Tensor | null,
  includeLast: boolean,
): [Tensor, number, boolean] {
  if (input.shape.length === 2 && offsets === null) {
    const [bags, length] = input.shape as readonly [number, number];
    return [arange(bags).mul(length), bags, true];
  }
  if (input.shape.length !== 1 || offsets === null) {
    throw new ArgumentError(
      `EmbeddingBag: takes indices [B, L], or [n] with offsets\n  input: [${input.shape.join(", ")}]` +
        `\n  offsets: ${offsets === null ? "none" : `[${offsets.shape.join(", ")}]`}`,
    );
  }
  const [given = 0] = offsets.shape;
  const bags = includeLast ? given - 1 : given;
  const [length] = input.shape as readonly [number];
  const known = knownValues(offsets);
  if (known === null) return [inOrder(offsets, length).narrow(0, 0, bags), bags, false];
  if (known.length > 0 && known[0] !== 0) {
    throw new ArgumentError(
      `EmbeddingBag: the first bag starts at ${known[0]}\n  hint: offsets begin with 0`,
    );
  }
  known.forEach((start, i) => {
    const least = i === 0 ? 0 : (known[i - 1] as number);
    if (start < least || start > length) throw misplaced(length);
  });
  return [offsets.narrow(0, 0, bags), bags, true];
}

const misplaced = (length: number): IndexError =>
  new IndexError(
    `EmbeddingBag: offsets must ascend, and end at most at the input's length, ${length}`,
  );

/** Offsets that the device finds to ascend up to `length`; that the first is 0 is seen elsewhere. */
function inOrder(offsets: Tensor, length: number): Tensor {
  const starts = offsets.to("i32");
  const end = tensor([length], { dtype: "i32" });
  const steps = cat([starts, end]).sub(cat([starts.narrow(0, 0, 1), starts]));
  const range = { from: 0, below: 2 ** 31 };
  const checked = checkedIndex("EmbeddingBag", steps, range, offsets, () => misplaced(length));
  return starts.narrow(0, 0, 1).add(checked.cumsum(0).narrow(0, 0, offsets.shape[0] as number));
}
