import type { TypedArray } from "../../dtype.ts";
import { type Extent, extentOf } from "../../graph/attention.ts";
import { type AttentionForm, type Attributes, formOf } from "../../graph/attributes.ts";
import type { Attention } from "../../graph/op.ts";
import type { Reading } from "../../graph/reading.ts";
import { walkOver } from "./reading.ts";

type Compute = (out: TypedArray, scalars: readonly number[]) => void;

/** Attention by its formula, in f64: all weights of a query, then the weighted sum of values. */
export function attention(
  { gives }: Attention,
  attrs: Attributes,
  operands: readonly Reading[],
): Compute {
  const [query, , value] = operands as [Reading, Reading, Reading];
  const extent = extentOf(query.shape, value.shape);
  const make = gives === "output" ? output : gradients;
  return make(extent, formOf(attrs), operands);
}

/** Element (i, j) of the matrix of a reading that begins at `start`. */
const elementOf = ({
  data,
  strides,
}: Reading): ((start: number, i: number, j: number) => number) => {
  const [rows, columns] = strides.slice(-2) as [number, number];
  return (start, i, j) => data[start + i * rows + j * columns] as number;
};

/** The weights of query i: 0 for keys that it may not see. */
function weighing(
  { queries: _, keys, width }: Extent,
  causal: boolean,
  [query, key]: readonly [Reading, Reading],
  mask: Reading | undefined,
): (starts: { q: number; k: number; m: number }, i: number, scale: number) => Float64Array {
  const [q, k] = [elementOf(query), elementOf(key)];
  const m = mask === undefined ? null : elementOf(mask);
  const isBool = mask?.data instanceof Uint8Array;
  const weights = new Float64Array(keys);
  return (starts, i, scale) => {
    let peak = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < keys; j++) {
      let score = 0;
      for (let e = 0; e < width; e++) score += q(starts.q, i, e) * k(starts.k, j, e);
      score *= scale;
      const mask = m === null ? 0 : m(starts.m, i, j);
      if (m !== null && !isBool) score += mask;
      const hidden = (causal && j > i) || (isBool && mask === 0);
      weights[j] = hidden ? Number.NEGATIVE_INFINITY : score;
      peak = Math.max(peak, weights[j] as number);
    }
    if (!Number.isFinite(peak) && !Number.isNaN(peak)) peak = 0;
    let total = 0;
    for (let j = 0; j < keys; j++) {
      weights[j] = Math.exp((weights[j] as number) - peak);
      total += weights[j] as number;
    }
    if (total !== 0) for (let j = 0; j < keys; j++) weights[j] = (weights[j] as number) / total;
    return weights;
  };
}

function output(
  extent: Extent,
  { causal, places }: AttentionForm,
  operands: readonly Reading[],
): Compute {
  const { batch, queries, keys, valueWidth } = extent;
  const [query, key, value, mask] = operands as [Reading, Reading, Reading, Reading?];
  const out = places[0] as readonly number[];
  const [row, column] = out.slice(-2) as [number, number];
  const v = elementOf(value);
  const weightsOf = weighing(extent, causal, [query, key], mask);
  const readings = mask === undefined ? [query, key, value] : [query, key, value, mask];
  const walk = walkOver(batch, [out, ...readings.map(({ strides }) => strides)]);
  return (result, [scale]) => {
    walk([0, ...readings.map(({ offset }) => offset)], ([to, q, k, from, m = 0]) => {
      for (let i = 0; i < queries; i++) {
        const weights = weightsOf({ q: q as number, k: k as number, m }, i, scale as number);
        for (let d = 0; d < valueWidth; d++) {
          let sum = 0;
          for (let j = 0; j < keys; j++) sum += (weights[j] as number) * v(from as number, j, d);
          result[(to as number) + i * row + d * column] = sum;
        }
      }
    });
  };
}

/** dV = Pᵀ dY    dS = P ⊙ (dP − Σ P ⊙ dP), dP = dY Vᵀ    dQ = scale · dS K    dK = scale · dSᵀ Q */
function gradients(
  extent: Extent,
  { causal, repeats, places }: AttentionForm,
  operands: readonly Reading[],
): Compute {
  const { batch, queries, keys, width, valueWidth } = extent;
  const [query, key, value, , outputGrad, mask] = operands as [
    Reading,
    Reading,
    Reading,
    Reading,
    Reading,
    Reading?,
  ];
  const [q, k, v, dy] = [query, key, value, outputGrad].map(elementOf) as [
    ReturnType<typeof elementOf>,
    ReturnType<typeof elementOf>,
    ReturnType<typeof elementOf>,
    ReturnType<typeof elementOf>,
  ];
  const weightsOf = weighing(extent, causal, [query, key], mask);
  const own = batch.length - repeats;
  /** Strides of each result along the batch; 0 along dimensions that it is summed over. */
  const walked = places.map((strides, p) =>
    batch.map((_, d) => (p > 0 && d >= own ? 0 : (strides?.[d] ?? 0))),
  );
  const readings = [query, key, value, outputGrad, ...(mask === undefined ? [] : [mask])];
  const walk = walkOver(batch, [...walked, ...readings.map(({ strides }) => strides)]);
  const dWeights = new Float64Array(keys);
  return (result, [scale, ...offsets]) => {
    const sums = new Float64Array(result.length);
    const add = (p: number, start: number, i: number, j: number, x: number): void => {
      const [row, column] = (places[p] as readonly number[]).slice(-2) as [number, number];
      const at = start + i * row + j * column;
      sums[at] = (sums[at] as number) + x;
    };
    walk([...offsets, ...readings.map(({ offset }) => offset)], (at) => {
      const [toQ, toK, toV, fromQ, fromK, fromV, fromY, m = 0] = at as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number?,
      ];
      for (let i = 0; i < queries; i++) {
        const weights = weightsOf({ q: fromQ, k: fromK, m }, i, scale as number);
        let mean = 0;
        for (let j = 0; j < keys; j++) {
          let sum = 0;
          for (let d = 0; d < valueWidth; d++) sum += dy(fromY, i, d) * v(fromV, j, d);
          dWeights[j] = sum;
          mean += (weights[j] as number) * sum;
        }
        for (let j = 0; j < keys; j++) {
          const weight = weights[j] as number;
          const ofScore = (scale as number) * weight * ((dWeights[j] as number) - mean);
          for (let e = 0; e < width; e++) {
            if (places[0] !== null) add(0, toQ, i, e, ofScore * k(fromK, j, e));
            if (places[1] !== null) add(1, toK, j, e, ofScore * q(fromQ, i, e));
          }
          if (places[2] === null) continue;
          for (let d = 0; d < valueWidth; d++) add(2, toV, j, d, weight * dy(fromY, i, d));
        }
      }
    });
    result.set(sums);
  };
}
