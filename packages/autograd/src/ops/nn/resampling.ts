import { arrayType } from "../../dtype.ts";
import { recordGradient } from "../../tape/record.ts";
import type { Tensor } from "../../tensor.ts";
import { hostTensor } from "../core/creation.ts";
import { detach, reshape } from "../core/layout.ts";
import { gatherAlong } from "../indexing/gathering.ts";
import { mul } from "../math/arithmetic.ts";
import { maximum } from "../math/binary.ts";
import { ge, where } from "../math/comparison.ts";
import { expand, sum } from "../shape/broadcast.ts";

/** An input element and its weight in a result. */
export type Tap = readonly [index: number, weight: number];

/**
 * A linear map along one dimension of `size` elements: result o is Σ weight · x[index] over the
 * taps of
 * row o.
 */
export interface Rows {
  readonly size: number;
  readonly rows: readonly (readonly Tap[])[];
}

/** Applies the map along `dim`. Its gradient is the transposed map, summed in a fixed order. */
export function resample(x: Tensor, dim: number, map: Rows): Tensor {
  const out = applied(detach(x), dim, map.rows);
  recordGradient("resample", out, [x], (dy) => [resample(dy, dim, transposed(map))]);
  return out;
}

function transposed({ size, rows }: Rows): Rows {
  const turned = Array.from({ length: size }, (): Tap[] => []);
  for (const [o, row] of rows.entries()) for (const [i, w] of row) turned[i]?.push([o, w]);
  return { size: rows.length, rows: turned };
}

function applied(x: Tensor, dim: number, rows: Rows["rows"]): Tensor {
  const taps = Math.max(1, ...rows.map((row) => row.length));
  const { stream } = x.node;
  const rank = x.shape.length;
  // [rows, taps] in place of `dim`, so one dimension more than x.
  const indices = new Int32Array(rows.length * taps).fill(-1);
  const weights = new (arrayType(x.dtype))(rows.length * taps);
  for (const [o, row] of rows.entries()) {
    for (const [t, [index, weight]] of row.entries()) {
      indices[o * taps + t] = index;
      weights[o * taps + t] = weight;
    }
  }
  const table = [rows.length, taps, ...Array<number>(rank - 1 - dim).fill(1)];
  const index = hostTensor(indices, table, "i32", stream);
  const full = !indices.includes(-1);
  const flat = reshape(index, [rows.length * taps, ...table.slice(2)]);
  const wanted = expand(full ? flat : maximum(flat, 0), x.shape.with(dim, rows.length * taps));
  const chosen = gatherAlong(x, dim, wanted);
  const apart = reshape(chosen, x.shape.toSpliced(dim, 1, rows.length, taps));
  const alike = weights.every((w) => w === 1);
  if (full && alike && taps === 1) return reshape(apart, x.shape.with(dim, rows.length));
  const weighed = alike ? apart : mul(apart, hostTensor(weights, table, x.dtype, stream));
  return sum(full ? weighed : where(ge(index, 0), weighed, 0), dim + 1);
}
