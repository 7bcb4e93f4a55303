import {
  ArgumentError,
  arange,
  cat,
  DTypeError,
  detach,
  IndexError,
  noGrad,
  norm,
  ones,
  type Tensor,
  tensor,
  where,
  zeros,
} from "@wgrad/autograd";
import { checkCall, checkedIndex, knownValues } from "@wgrad/autograd/plugin";

/** Settings of embeddingBag. */
export interface EmbeddingBagCallOptions {
  /** How the rows of a bag are combined: their mean (default), sum or maximum. */
  readonly mode?: "mean" | "sum" | "max";
  /** A row of the table that is left out. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up are scaled in place so that no norm exceeds this. */
  readonly maxNorm?: number | null;
  /** The p of that norm (default 2). */
  readonly normType?: number;
  /** The last offset is the end of the last bag, not the start of another one. */
  readonly includeLastOffset?: boolean;
  /** A factor for each index, of the shape of the indices; only with mode "sum". */
  readonly perSampleWeights?: Tensor | null;
}

/**
 * y[b] = the mean, sum or maximum of W[i] over the indices i of bag b; an empty bag gives 0. i: [B,
 * L], or [n] with the start of each bag in offsets: [B] → [B, features]; weight: [rows, features].
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  offsets: Tensor | null = null,
  options: EmbeddingBagCallOptions = {},
): Tensor {
  checkCall(
    'embeddingBag(input, weight, offsets?: tensor | null, { mode: "mean" | "sum" | "max", paddingIdx: number | null, maxNorm: number | null, normType: number, includeLastOffset: boolean, perSampleWeights: tensor | null })',
    arguments,
  );
  return embedBags("embeddingBag", input, weight, offsets, options);
}

/** `embeddingBag`, with the name of the caller for errors. */
export function embedBags(
  call: string,
  input: Tensor,
  weight: Tensor,
  offsets: Tensor | null,
  options: EmbeddingBagCallOptions,
): Tensor {
  const { mode = "mean", maxNorm = null, normType = 2, perSampleWeights = null } = options;
  if (!weight.dtype.startsWith("f"))
    throw new DTypeError(
      `${call}: weight must be floating, got ${weight.dtype}\n  hint: weight.to("f32")`,
    );
  if (perSampleWeights !== null && perSampleWeights.dtype !== weight.dtype)
    throw new DTypeError(
      `${call}: perSampleWeights must be ${weight.dtype}, as weight, got ${perSampleWeights.dtype}\n  hint: perSampleWeights.to("${weight.dtype}")`,
    );
  const paddingIdx = paddingRow(call, options.paddingIdx ?? null, weight.shape[0] as number);
  const [starts, bags, fromZero] = bagStarts(
    call,
    input,
    offsets,
    options.includeLastOffset ?? false,
  );
  if (perSampleWeights !== null && mode !== "sum") {
    throw new ArgumentError(`${call}: perSampleWeights need mode "sum", got "${mode}"`);
  }
  const places = input.reshape([-1]);
  if (maxNorm !== null) boundRows(weight, places, maxNorm, normType);
  const rows = weight.indexSelect(0, places);
  const positions = arange(places.shape[0] as number).unsqueeze(1);
  const begun = positions.ge(starts).to("i32").sum(1).sub(1);
  // offsets known to begin with 0 need no check on the device
  const bag = fromZero
    ? begun.clamp(0)
    : checkedIndex(call, begun, { from: 0, below: bags }, weight, () => noBag(call));
  const counts = paddingIdx === null ? null : places.ne(paddingIdx).unsqueeze(1);
  const { dtype } = rows;
  const empty = zeros([bags, weight.shape[1] as number], { dtype });
  if (mode === "max") return largest(rows, bag, counts, empty);
  const weighed = perSampleWeights === null ? rows : rows.mul(perSampleWeights.reshape([-1, 1]));
  const added = counts === null ? weighed : where(counts, weighed, 0);
  const total = empty.indexAdd(0, bag, added);
  if (mode === "sum") return total;
  const all = [rows.shape[0] as number, 1];
  const found = counts === null ? ones(all, { dtype }) : counts.to(dtype);
  return total.div(zeros([bags, 1], { dtype }).indexAdd(0, bag, found).clamp(1));
}

/** Refuses a padding row outside the table. Returns its index from the start. */
export function paddingRow(call: string, paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null) return null;
  if (paddingIdx >= -rows && paddingIdx < rows)
    return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  throw new ArgumentError(`${call}: paddingIdx is ${paddingIdx}, but the table has ${rows} rows`);
}

/** Scales rows that are looked up, in place, so that no norm exceeds the bound. */
export function boundRows(weight: Tensor, x: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const places = x.reshape([-1]);
    const rows = detach(weight).indexSelect(0, places);
    const size = norm(rows, normType, -1, { keepdim: true });
    const scale = where(size.gt(maxNorm), size.add(1e-7).reciprocal().mul(maxNorm), 1);
    weight.indexCopy_(0, places, rows.mul(scale));
  });
}

const noBag = (call: string): IndexError =>
  new IndexError(`${call}: the first bag does not start at 0\n  hint: the first offset must be 0`);

/** The maximum over each bag; 0 for an empty bag. */
function largest(rows: Tensor, bag: Tensor, counts: Tensor | null, empty: Tensor): Tensor {
  const candidates = counts === null ? rows : where(counts, rows, Number.NEGATIVE_INFINITY);
  const index = bag.unsqueeze(1).expand(rows.shape);
  const found = empty
    .add(Number.NEGATIVE_INFINITY)
    .scatterReduce(0, index, candidates, "amax", { includeSelf: true });
  return where(found.eq(Number.NEGATIVE_INFINITY), 0, found);
}

/** The start of each bag, the number of bags, and whether the first start is known to be 0. */
function bagStarts(
  call: string,
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
      `${call}: needs indices [B, L], or [n] with offsets\n  input: [${input.shape.join(", ")}]` +
        `\n  offsets: ${offsets === null ? "none" : `[${offsets.shape.join(", ")}]`}`,
    );
  }
  const [given = 0] = offsets.shape;
  const bags = includeLast ? given - 1 : given;
  const [length] = input.shape as readonly [number];
  const known = knownValues(offsets);
  if (known === null) return [inOrder(call, offsets, length).narrow(0, 0, bags), bags, false];
  if (known.length > 0 && known[0] !== 0) {
    throw new ArgumentError(
      `${call}: the first bag starts at ${known[0]}\n  hint: the first offset must be 0`,
    );
  }
  known.forEach((start, i) => {
    const least = i === 0 ? 0 : (known[i - 1] as number);
    if (start < least || start > length) throw misplaced(call, length);
  });
  return [offsets.narrow(0, 0, bags), bags, true];
}

const misplaced = (call: string, length: number): IndexError =>
  new IndexError(
    `${call}: offsets must be in ascending order and not exceed the length of the input, ${length}`,
  );

/**
 * Checks on the device that the offsets ascend up to `length`. The first offset is checked
 * elsewhere.
 */
function inOrder(call: string, offsets: Tensor, length: number): Tensor {
  const starts = offsets.to("i32");
  const end = tensor([length], { dtype: "i32" });
  const steps = cat([starts, end]).sub(cat([starts.narrow(0, 0, 1), starts]));
  const range = { from: 0, below: 2 ** 31 };
  const checked = checkedIndex(call, steps, range, offsets, () => misplaced(call, length));
  return starts.narrow(0, 0, 1).add(checked.cumsum(0).narrow(0, 0, offsets.shape[0] as number));
}
