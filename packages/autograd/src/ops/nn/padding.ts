import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { contiguousStrides, sameShape } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { cat } from "../core/assembly.ts";
import { apart, constant, held } from "../core/constant.ts";
import { assemble } from "../core/strided.ts";
import { expand, unmoved } from "../shape/broadcast.ts";
import { flipped, sliceOf } from "../shape/movement.ts";

/**
 * The number of elements added before and after a dimension. A negative number removes elements.
 */
export type Margin = readonly [before: number, after: number];

/** Where `pad` takes new elements from. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of `pad`. */
export interface PadOptions {
  /**
   * The new elements: a number, x mirrored at its edge ("reflect"), the edge element ("replicate"),
   * or x
   * repeated ("circular").
   */
  readonly mode?: PadMode;
  /** The number for mode "constant" (0). */
  readonly value?: number | null;
}

/**
 * Adds elements before and after the last dimensions of x. `pad` has two numbers per dimension, the
 * last dimension first: [left, right, top, bottom] pads images. Negative numbers remove elements.
 */
export function pad(
  x: Tensor,
  pad: readonly number[],
  modeOrOptions: PadMode | PadOptions = {},
  fill?: number,
): Tensor {
  checkCall(
    'pad(x, pad: list, mode?: "constant" | "reflect" | "replicate" | "circular", value?: number | NaN | null, { mode, value })',
    arguments,
  );
  checkTensor("pad", x);
  const options =
    typeof modeOrOptions === "string" ? { mode: modeOrOptions, value: fill } : modeOrOptions;
  const { mode = "constant", value } = options;
  if (mode !== "constant" && (value ?? 0) !== 0) {
    throw new ArgumentError(`pad: mode "${mode}" takes no value, got ${value}`);
  }
  const rank = x.shape.length;
  if (pad.length % 2 !== 0 || pad.length > 2 * rank || !pad.every(Number.isInteger)) {
    throw new ArgumentError(
      `pad: [${pad.join(", ")}] does not pad a tensor of ${rank} dimensions${detail("x", x.shape)}` +
        "\n  hint: give two whole numbers per dimension, the last dimension first",
    );
  }
  const margins = x.shape.map((_, d): Margin => {
    const at = 2 * (rank - 1 - d);
    return [pad[at] ?? 0, pad[at + 1] ?? 0];
  });
  for (const [d, [before, after]] of margins.entries()) checkMargin(x, d, before, after, mode);
  return composite(() => {
    const made =
      mode === "constant"
        ? padded(x, margins, held("pad", value ?? 0, x.dtype))
        : margins.reduce((y, margin, d) => continued(y, d, margin, mode), x);
    return apart(made, x);
  });
}

function checkMargin(x: Tensor, d: number, before: number, after: number, mode: PadMode): void {
  const n = x.shape[d] as number;
  const most = {
    constant: Infinity,
    reflect: n - 1,
    replicate: n === 0 ? 0 : Infinity,
    circular: n,
  }[mode];
  if (most === undefined) {
    throw new ArgumentError(
      `pad: unknown mode "${mode as string}"\n  hint: "constant", "reflect", "replicate" or "circular"`,
    );
  }
  const wide = Math.max(before, after);
  if (wide <= Math.max(0, most) && n + before + after >= 0) return;
  throw new ShapeError(
    `pad: padding ${before} before and ${after} after dimension ${d} of size ${n} is too much for mode "${mode}"` +
      `${detail("x", x.shape)}`,
  );
}

/** x surrounded by copies of one number. If nothing is added, x itself or a view of it. */
export function padded(x: Tensor, margins: readonly Margin[], value: number): Tensor {
  const inner = margins.reduce(cut, x);
  const shape = inner.shape.map(
    (n, d) => n + added(margins[d] as Margin, 0) + added(margins[d] as Margin, 1),
  );
  if (sameShape(inner.shape, shape)) return inner;
  const { dtype, node } = x;
  if (inner.shape.includes(0)) return unmoved(constant(value, dtype, shape, node.stream), [x]);
  const strides = contiguousStrides(shape);
  const offset = strides.reduce((sum, step, d) => sum + step * added(margins[d] as Margin, 0), 0);
  const base = value === 0 ? shape : constant(value, dtype, shape, node.stream);
  return assemble(base, [{ value: inner, strides, offset }]);
}

const added = (margin: Margin, side: 0 | 1): number => Math.max(0, margin[side]);

/** x without the elements that negative margins remove. */
function cut(x: Tensor, [before, after]: Margin, dim: number): Tensor {
  const [first, last] = [Math.max(0, -before), Math.max(0, -after)];
  if (first === 0 && last === 0) return x;
  return sliceOf(x, dim, first, (x.shape[dim] as number) - first - last, 1);
}

/** Extends one dimension beyond its edges by its own elements. */
function continued(x: Tensor, dim: number, margin: Margin, mode: PadMode): Tensor {
  const inner = cut(x, margin, dim);
  const n = x.shape[dim] as number;
  const part = (count: number, start: number) => sliceOf(x, dim, start, count, 1);
  const edge = (count: number, at: number) => {
    if (mode === "replicate") return expand(part(1, at), x.shape.with(dim, count));
    if (mode === "circular") return part(count, at === 0 ? n - count : 0);
    return flipped(part(count, at === 0 ? 1 : n - 1 - count), [dim]);
  };
  const parts = [inner];
  if (margin[0] > 0) parts.unshift(edge(margin[0], 0));
  if (margin[1] > 0) parts.push(edge(margin[1], n - 1));
  return parts.length === 1 ? inner : cat(parts, dim);
}
