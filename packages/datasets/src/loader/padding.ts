import { ArgumentError, type DType, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of `padSequences`. */
export interface PadOptions {
  /** What fills the room (default 0). */
  readonly paddingValue?: number;
  /** Longer sequences are cut (default: none is). */
  readonly maxLength?: number;
  /**
   * Room for so many, whatever the longest has; needs no other plan from batch to batch (default:
   * the longest).
   */
  readonly length?: number;
  /** The end that is filled (default "right"). */
  readonly side?: "left" | "right";
  /** The end that is cut (default "right"). */
  readonly truncate?: "left" | "right";
  /** Default "i32", as for numbers of tokens. */
  readonly dtype?: DType;
}

/** Sequences side by side. */
export interface PaddedSequences {
  /** [sequences, length]. */
  readonly values: Tensor;
  /** True where `values` are of the sequence, false where they fill: [sequences, length], bool. */
  readonly mask: Tensor;
  /** How many are of the sequence: [sequences], i32. */
  readonly lengths: Tensor;
}

/**
 * Sequences of numbers of different lengths as one tensor, cut and filled to one length, and the
 * mask that tells them apart. PyTorch's `key_padding_mask` is its opposite: `mask.logicalNot()`.
 *
 * Throws ArgumentError for no sequences and for lengths that are not positive whole numbers.
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  options: PadOptions = {},
): PaddedSequences {
  checkCall(
    'padSequences(sequences, { paddingValue, maxLength: number, length: number, side: "left" | "right", truncate: "left" | "right", dtype: "f16" | "f32" | "f64" | "i32" | "u32" | "bool" | "u8" })',
    arguments,
  );
  const { paddingValue = 0, side = "right", truncate = "right", dtype = "i32" } = options;
  if (sequences.length === 0) throw new ArgumentError("padSequences: no sequences");
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
  throw new ArgumentError(`padSequences: ${name} is ${length}\n  hint: a whole number, 1 or more`);
}
