import { ArgumentError, type DType, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of `padSequences`. */
export interface PadOptions {
  /** Value of the padding (default 0). */
  readonly paddingValue?: number;
  /** Truncates longer sequences to this length (default: no limit). */
  readonly maxLength?: number;
  /**
   * Fixed length of the result, so that all batches share one plan (default: that of the longest
   * sequence).
   */
  readonly length?: number;
  /** Side that is padded (default "right"). */
  readonly side?: "left" | "right";
  /** Side that is truncated (default "right"). */
  readonly truncate?: "left" | "right";
  /** Dtype of the values (default "i32", as for token ids). */
  readonly dtype?: DType;
}

/** Padded sequences in one tensor. */
export interface PaddedSequences {
  /** [sequences, length]. */
  readonly values: Tensor;
  /** True for values of a sequence, false for padding: [sequences, length], bool. */
  readonly mask: Tensor;
  /** Length of each sequence: [sequences], i32. */
  readonly lengths: Tensor;
}

/**
 * Pads or truncates sequences of numbers to one length. Returns them as one tensor, with a mask of
 * the real values. PyTorch's `key_padding_mask` is the inverse: `mask.logicalNot()`.
 *
 * Throws ArgumentError for an empty list and for lengths that are not positive whole numbers.
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  options: PadOptions = {},
): PaddedSequences {
  checkCall(
    'padSequences(sequences: array[], { paddingValue: number | NaN, maxLength: number, length: number, side: "left" | "right", truncate: "left" | "right", dtype: "f16" | "f32" | "f64" | "i32" | "u32" | "bool" | "u8" })',
    arguments,
  );
  const { paddingValue = 0, side = "right", truncate = "right", dtype = "i32" } = options;
  if (sequences.length === 0) throw new ArgumentError("padSequences: there are no sequences");
  const fixed = checkLength("length", options.length);
  const most = Math.min(checkLength("maxLength", options.maxLength), fixed);
  const longest = Math.max(...sequences.map((sequence) => sequence.length));
  const width = fixed === Infinity ? Math.max(1, Math.min(longest, most)) : fixed;
  const values = new Float64Array(sequences.length * width).fill(paddingValue);
  const mask = new Uint8Array(values.length);
  const lengths = sequences.map((sequence, row) => {
    const count = Math.min(sequence.length, most);
    const from = truncate === "left" ? sequence.length - count : 0;
    const to = row * width + (side === "left" ? width - count : 0);
    for (let i = 0; i < count; i++) values[to + i] = sequence[from + i] as number;
    mask.fill(1, to, to + count);
    return count;
  });
  const shape = [sequences.length, width];
  return {
    values: tensor(values, { shape, dtype }),
    mask: tensor(mask, { shape, dtype: "bool" }),
    lengths: tensor(lengths, { dtype: "i32" }),
  };
}

function checkLength(name: string, length: number | undefined): number {
  if (length === undefined) return Infinity;
  if (Number.isInteger(length) && length >= 1) return length;
  throw new ArgumentError(`padSequences: ${name} is ${length}\n  hint: a whole number ≥ 1`);
}
