import {
  ArgumentError,
  cat,
  full,
  indexSelect,
  ShapeError,
  stack,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall, defineKind, describe, knownValues } from "@wgrad/autograd/plugin";

/** Lengths of sequences: numbers, or a tensor whose values are known on the host. */
export type Lengths = readonly number[] | Tensor;

/**
 * Sequences of different lengths without padding: all first elements, then all second ones, and so
 * on, in descending order of length. RNN, LSTM and GRU accept and return it.
 */
export class PackedSequence {
  /** [sum of the lengths, …] */
  readonly data: Tensor;
  /** Number of sequences that have a first, a second, … element. */
  readonly batchSizes: readonly number[];
  /**
   * Indices of the given sequences in descending order of length; null if they were given in that
   * order.
   */
  readonly sortedIndices: readonly number[] | null;

  constructor(
    data: Tensor,
    batchSizes: readonly number[],
    sortedIndices: readonly number[] | null = null,
  ) {
    checkCall(
      "new PackedSequence(data: tensor, batchSizes: int[], sortedIndices?: int[] | null)",
      arguments,
    );
    const total = batchSizes.reduce((a, b) => a + b, 0);
    if (data.shape[0] !== total || batchSizes.some((n, t) => n > (batchSizes[t - 1] ?? n))) {
      throw new ShapeError(
        `PackedSequence: batchSizes must not increase, and must sum to the length of data\n  data: [${data.shape.join(", ")}]\n  batchSizes: [${batchSizes.join(", ")}]`,
      );
    }
    this.data = data;
    this.batchSizes = [...batchSizes];
    this.sortedIndices = sortedIndices;
  }

  /**
   * Position of each given sequence among the sorted ones; null if they were given in that order.
   */
  get unsortedIndices(): readonly number[] | null {
    const { sortedIndices } = this;
    if (sortedIndices === null) return null;
    const places = new Array<number>(sortedIndices.length);
    for (const [place, i] of sortedIndices.entries()) places[i] = place;
    return places;
  }

  /** The length of each sequence, in the order in which they were given. */
  get lengths(): number[] {
    const { batchSizes, unsortedIndices } = this;
    const count = batchSizes[0] ?? 0;
    const sorted = Array.from({ length: count }, (_, i) => batchSizes.filter((n) => n > i).length);
    return unsortedIndices === null
      ? sorted
      : unsortedIndices.map((place) => sorted[place] as number);
  }

  /** The same sequences with other values. `data` must have as many elements. */
  with(data: Tensor): PackedSequence {
    checkCall("packed.with(data: tensor)", arguments);
    return new PackedSequence(data, this.batchSizes, this.sortedIndices);
  }
}

defineKind("packed", "a PackedSequence", (value) => value instanceof PackedSequence);

const whole = (values: readonly number[], like: Tensor): Tensor =>
  tensor([...values], { dtype: "i32", device: like, shape: [values.length] });

function lengthsOf(
  call: string,
  lengths: Lengths,
  [least, most]: readonly [number, number],
  count: number,
): number[] {
  const given = "numel" in lengths ? knownValues(lengths) : lengths;
  if (given === null) {
    throw new ArgumentError(
      `${call}: the lengths are not computed yet, but the shape of the result depends on them\n  hint: await lengths.tolist() first`,
    );
  }
  const list = Array.from(given);
  if (list.length !== count) {
    throw new ShapeError(`${call}: got ${list.length} lengths for ${count} sequences`);
  }
  const odd = list.find((n) => !Number.isInteger(n) || n < least || n > most);
  if (odd === undefined) return list;
  throw new ArgumentError(
    `${call}: a length is ${odd}\n  hint: whole numbers, ${least} to ${most}`,
  );
}

/** Settings of packPaddedSequence and packSequence. */
export interface PackOptions {
  /** The input is [B, T, …] instead of [T, B, …]. */
  readonly batchFirst?: boolean;
  /**
   * Expects the sequences in descending order of length (default true). If false, they are sorted
   * here, and padding restores their order.
   */
  readonly enforceSorted?: boolean;
}

/**
 * Packs padded sequences, without their padding. input: [T, B, …] ([B, T, …] with `batchFirst`).
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Lengths,
  options: PackOptions = {},
): PackedSequence {
  checkCall(
    "packPaddedSequence(input: tensor, lengths: tensor | list, { batchFirst: boolean, enforceSorted: boolean })",
    arguments,
  );
  const { batchFirst = false, enforceSorted = true } = options;
  if (input.ndim < 2) {
    throw new ShapeError(
      `packPaddedSequence: needs an input [T, B, …]\n  input: [${input.shape.join(", ")}]`,
    );
  }
  const timed = batchFirst ? input.transpose(0, 1) : input;
  const [steps, batch, ...rest] = timed.shape as [number, number, ...number[]];
  const list = lengthsOf("packPaddedSequence", lengths, [1, steps], batch);
  const order = [...list.keys()].sort((a, b) => (list[b] as number) - (list[a] as number) || a - b);
  const isSorted = order.every((i, place) => i === place);
  if (enforceSorted && !isSorted) {
    throw new ArgumentError(
      `packPaddedSequence: the lengths [${list.join(", ")}] are not in descending order\n  hint: use enforceSorted: false to sort them`,
    );
  }
  const most = Math.max(...list);
  const batchSizes = Array.from({ length: most }, (_, t) => list.filter((n) => n > t).length);
  const places = batchSizes.flatMap((count, t) => order.slice(0, count).map((i) => t * batch + i));
  const data = indexSelect(timed.reshape([steps * batch, ...rest]), 0, whole(places, input));
  return new PackedSequence(data, batchSizes, enforceSorted ? null : order);
}

/** Settings of padPackedSequence. */
export interface PadPackedOptions {
  readonly batchFirst?: boolean;
  /** Value of the padding (default 0). */
  readonly paddingValue?: number;
  /** Least number of steps (default: the length of the longest sequence). */
  readonly totalLength?: number | null;
}

/** The sequences padded to one length, and their lengths: the inverse of `packPaddedSequence`. */
export function padPackedSequence(
  sequence: PackedSequence,
  options: PadPackedOptions = {},
): [padded: Tensor, lengths: Tensor] {
  checkCall(
    "padPackedSequence(sequence: packed, { batchFirst: boolean, paddingValue: number, totalLength: number | null })",
    arguments,
  );
  const { batchFirst = false, paddingValue = 0, totalLength = null } = options;
  const { data, batchSizes, unsortedIndices, lengths } = sequence;
  const steps = totalLength ?? batchSizes.length;
  if (steps < batchSizes.length) {
    throw new ArgumentError(
      `padPackedSequence: totalLength is ${steps}, but the longest sequence has ${batchSizes.length} elements`,
    );
  }
  const [total, ...rest] = data.shape as [number, ...number[]];
  const starts: number[] = [];
  batchSizes.reduce((at, n) => {
    starts.push(at);
    return at + n;
  }, 0);
  const places = Array.from({ length: steps }, (_, t) =>
    lengths.map((n, i) => (t < n ? (starts[t] as number) + (unsortedIndices?.[i] ?? i) : total)),
  ).flat();
  const padding = full([1, ...rest], paddingValue, { dtype: data.dtype, device: data });
  const padded = indexSelect(cat([data, padding]), 0, whole(places, data)).reshape([
    steps,
    lengths.length,
    ...rest,
  ]);
  return [batchFirst ? padded.transpose(0, 1) : padded, whole(lengths, data)];
}

/** Settings of padSequence. */
export interface PadOptions {
  readonly batchFirst?: boolean;
  readonly paddingValue?: number;
  /** Side of the padding (default "right"). */
  readonly paddingSide?: "right" | "left";
}

/** Pads sequences [Lᵢ, …] to the longest: [T, B, …] ([B, T, …] with `batchFirst`). */
export function padSequence(sequences: readonly Tensor[], options: PadOptions = {}): Tensor {
  checkCall(
    'padSequence(sequences: tensor[], { batchFirst: boolean, paddingValue: number, paddingSide: "right" | "left" })',
    arguments,
  );
  const { batchFirst = false, paddingValue = 0, paddingSide = "right" } = options;
  const list = sequencesOf("padSequence", sequences);
  const most = Math.max(...list.map(({ shape }) => shape[0] as number));
  const padded = list.map((x) => {
    const [length, ...rest] = x.shape as [number, ...number[]];
    if (length === most) return x;
    const shape = [most - length, ...rest];
    const padding = full(shape, paddingValue, { dtype: x.dtype, device: x });
    return cat(paddingSide === "right" ? [x, padding] : [padding, x]);
  });
  const { dtype } = list[0] as Tensor;
  return stack(
    padded.map((x) => x.to(dtype)),
    batchFirst ? 0 : 1,
  );
}

function sequencesOf(call: string, sequences: readonly Tensor[]): readonly Tensor[] {
  const [first] = sequences;
  if (!Array.isArray(sequences) || first === undefined)
    throw new ArgumentError(`${call}: needs an array of sequences, got ${describe(sequences)}`);
  const odd = sequences.find(
    ({ shape }) => shape.length === 0 || String(shape.slice(1)) !== String(first.shape.slice(1)),
  );
  if (odd === undefined) return sequences;
  throw new ShapeError(
    `${call}: sequences may differ in their length only\n  first: [${first.shape.join(", ")}]\n  another: [${odd.shape.join(", ")}]`,
  );
}

/** The sequences of a padded tensor, each cut to its length. */
export function unpadSequence(
  padded: Tensor,
  lengths: Lengths,
  options: { readonly batchFirst?: boolean } = {},
): Tensor[] {
  checkCall(
    "unpadSequence(padded: tensor, lengths: tensor | list, { batchFirst: boolean })",
    arguments,
  );
  const rows = options.batchFirst === true ? padded : padded.transpose(0, 1);
  const [batch, steps] = rows.shape as readonly [number, number];
  const list = lengthsOf("unpadSequence", lengths, [0, steps], batch);
  return list.map((length, i) => rows.select(0, i).narrow(0, 0, length));
}

/** Packs sequences [Lᵢ, …]. */
export function packSequence(
  sequences: readonly Tensor[],
  options: { readonly enforceSorted?: boolean } = {},
): PackedSequence {
  checkCall("packSequence(sequences: tensor[], { enforceSorted: boolean })", arguments);
  const { enforceSorted = true } = options;
  const lengths = sequencesOf("packSequence", sequences).map(({ shape }) => shape[0] as number);
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted });
}

/** The sequences of a packed sequence. */
export function unpackSequence(sequence: PackedSequence): Tensor[] {
  checkCall("unpackSequence(sequence: packed)", arguments);
  const [padded] = padPackedSequence(sequence);
  return unpadSequence(padded, sequence.lengths);
}
