import { ArgumentError, detail } from "../../errors.ts";
import { sortAttributes } from "../../graph/attributes.ts";
import { type Op, registerOp } from "../../graph/op.ts";
import { inOrder } from "../../results.ts";
import { normalizeDim } from "../../shape.ts";
import { checkCall } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { record } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { checkTensor } from "../core/apply.ts";
import { type DimOption, withDim } from "../core/arguments.ts";
import { refuseBool } from "../core/constant.ts";
import { contiguous } from "../core/strided.ts";
import { narrow } from "../shape/movement.ts";
import type { ValuesAndIndices } from "./reduction.ts";
import { alongLast, chosenAlong } from "./scan.ts";

const sortOp: Op = registerOp({
  name: "sort",
  meaning: { kind: "sort" },
  scalarTypes: [],
  saves: [],
});

/** The permutation (i32) that sorts the last dimension. */
const order = (x: Tensor, descending: boolean): Tensor =>
  record(sortOp, [x], x.shape, "i32", sortAttributes(descending));

/** Options of `sort` and `argsort`. */
export interface SortOptions extends DimOption {
  readonly descending?: boolean;
  /** Every sort here is stable; PyTorch's is only if this is true. */
  readonly stable?: boolean;
}

/**
 * Indices (i32) that sort x along `dim` (the last unless given). The sort is stable; NaN is
 * greatest.
 */
export function argsort(x: Tensor, dim?: number | SortOptions, options?: SortOptions): Tensor {
  checkCall("argsort(x, dim?: number, { dim, descending: boolean, stable: boolean })", arguments);
  checkTensor("argsort", x);
  const { dim: along = -1, descending = false } = withDim<number, SortOptions>(dim, options);
  const at = normalizeDim("argsort", along, x.shape.length);
  return composite(() => alongLast(x, at, (row) => order(row, descending)));
}

/**
 * x sorted along `dim` (the last unless given), and the index of each element in x (i32). The sort
 * is stable; NaN is greatest.
 */
export function sort(
  x: Tensor,
  dim?: number | SortOptions,
  options?: SortOptions,
): ValuesAndIndices {
  checkCall("sort(x, dim?: number, { dim, descending: boolean, stable: boolean })", arguments);
  checkTensor("sort", x);
  const settings = withDim<number, SortOptions>(dim, options);
  const at = normalizeDim("sort", settings.dim ?? -1, x.shape.length);
  return composite(() => {
    const indices = argsort(x, settings);
    return inOrder({ values: chosenAlong(x, at, indices), indices });
  });
}

/** Options of `topk`. */
export interface TopkOptions extends DimOption {
  /** If false, takes the smallest elements. */
  readonly largest?: boolean;
  /** The elements are always in order here, whatever this says. */
  readonly sorted?: boolean;
}

/**
 * The k largest (or smallest) elements along `dim` (the last unless given) in order, and their
 * indices (i32). Of equal elements the first is taken.
 */
export function topk(
  x: Tensor,
  k: number,
  dim?: number | TopkOptions,
  options?: TopkOptions,
): ValuesAndIndices {
  checkCall(
    "topk(x, k: number, dim?: number, { dim, largest: boolean, sorted: boolean })",
    arguments,
  );
  checkTensor("topk", x);
  refuseBool("topk", x, 'x.to("u8") first');
  const { dim: along = -1, largest = true } = withDim<number, TopkOptions>(dim, options);
  const at = normalizeDim("topk", along, x.shape.length);
  const n = x.shape[at] ?? 1;
  if (!(Number.isInteger(k) && k >= 0 && k <= n)) {
    throw new ArgumentError(
      `topk: k must be from 0 to ${n} (the size of dimension ${at}), got ${k}${detail("x", x.shape)}`,
    );
  }
  return composite(() => {
    const places = argsort(x, { dim: at, descending: largest });
    const indices = x.shape.length === 0 ? places : contiguous(narrow(places, at, 0, k));
    return inOrder({ values: chosenAlong(x, at, indices), indices });
  });
}

/** x sorted along its first dimension. */
export function msort(x: Tensor): Tensor {
  checkCall("msort(x)", arguments);
  return composite(() => sort(x, 0).values);
}
