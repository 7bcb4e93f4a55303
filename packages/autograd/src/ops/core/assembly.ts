import { type DType, promote } from "../../dtype.ts";
import { ArgumentError, detail, ShapeError } from "../../errors.ts";
import { contiguousStrides, normalizeDim, sameShape } from "../../shape.ts";
import { checkCall, describe } from "../../signature.ts";
import { composite } from "../../tape/modes.ts";
import { isTracked } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { withUnmoved } from "../shape/broadcast.ts";
import { checkTensor } from "./apply.ts";
import { type DimOption, withDim } from "./arguments.ts";
import { cast, constant } from "./constant.ts";
import { reshape, unsqueeze } from "./layout.ts";
import { assemble, type Part } from "./strided.ts";

/** Concatenates tensors along `dim`. Their other sizes are equal; their dtypes promote. */
export function cat(tensors: readonly Tensor[], dim: number | DimOption = 0): Tensor {
  checkList("cat(tensors: array, dim?: number, { dim })", arguments);
  if (tensors.length === 0) throw new ArgumentError("cat: needs at least one tensor");
  // an empty vector joins anything, as in PyTorch
  const joined = tensors.filter((x) => !sameShape(x.shape, [0]));
  const first = joined[0] ?? (tensors[0] as Tensor);
  if (first.shape.length === 0) {
    throw new ShapeError(
      "cat: 0-d tensors have no dimension to join along\n  hint: stack adds one",
    );
  }
  const at = normalizeDim(
    "cat",
    withDim<number, DimOption>(dim, undefined).dim ?? 0,
    first.shape.length,
  );
  const dtype = tensors.reduce<DType>((seen, x) => promote(seen, x.dtype), first.dtype);
  const shape = [...first.shape];
  shape[at] = 0;
  for (const [i, x] of joined.entries()) {
    const fits =
      x.shape.length === shape.length && x.shape.every((n, d) => d === at || n === shape[d]);
    if (!fits) {
      throw new ShapeError(
        `cat: tensor ${i} may differ from the first in dimension ${at} only` +
          `${detail("first", first.shape)}${detail(`tensor ${i}`, x.shape)}`,
      );
    }
    shape[at] += x.shape[at] as number;
  }
  const strides = contiguousStrides(shape);
  let start = 0;
  const parts: Part[] = [];
  for (const x of joined) {
    const offset = start * (strides[at] as number);
    if (!x.shape.includes(0)) parts.push({ value: cast(x, dtype), strides, offset });
    start += x.shape[at] as number;
  }
  const nothing = parts.length === 0;
  const made = nothing ? constant(0, dtype, shape, first.node.stream) : assemble(shape, parts);
  // A result without elements is on the tape, too.
  const empty = tensors.filter((x) => x.shape.includes(0) && isTracked(x));
  return empty.length === 0 ? made : withUnmoved(made, empty);
}

/** Throws unless the tensors are an array, or if further arguments have no effect. */
function checkList(signature: string, given: ArrayLike<unknown>): void {
  const tensors = given[0];
  const call = signature.slice(0, signature.indexOf("("));
  if (tensors !== undefined && !Array.isArray(tensors)) {
    throw new ArgumentError(
      `${call}: takes an array of tensors, got ${describe(tensors)}\n  hint: ${call}([a, b])`,
    );
  }
  if (given.length > 1 || tensors === undefined) checkCall(signature, given);
  for (const x of tensors as unknown[]) checkTensor(call, x);
}

/** Stacks tensors of one shape along a new dimension `dim`. */
export function stack(tensors: readonly Tensor[], dim: number | DimOption = 0): Tensor {
  checkList("stack(tensors: array, dim?: number, { dim })", arguments);
  const [first] = tensors;
  if (first === undefined) throw new ArgumentError("stack: needs at least one tensor");
  const at = normalizeDim(
    "stack",
    withDim<number, DimOption>(dim, undefined).dim ?? 0,
    first.shape.length + 1,
  );
  const odd = tensors.findIndex((x) => !sameShape(x.shape, first.shape));
  if (odd >= 0) {
    throw new ShapeError(
      `stack: shapes must be equal${detail("first", first.shape)}` +
        `${detail(`tensor ${odd}`, (tensors[odd] as Tensor).shape)}\n  hint: cat joins along an existing dimension`,
    );
  }
  return composite(() =>
    cat(
      tensors.map((x) => unsqueeze(x, at)),
      at,
    ),
  );
}

/** Concatenates tensors along dimension 1, or 0 for vectors. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  checkList("hstack(tensors: array)", arguments);
  const raised = tensors.map((x) => (x.shape.length === 0 ? reshape(x, [1]) : x));
  return cat(raised, raised[0]?.shape.length === 1 ? 0 : 1);
}

/** Concatenates tensors along dimension 0. Vectors become rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  checkList("vstack(tensors: array)", arguments);
  return cat(
    tensors.map((x) => (x.shape.length < 2 ? reshape(x, [1, -1]) : x)),
    0,
  );
}
