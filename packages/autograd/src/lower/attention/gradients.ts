import { type Expr, e } from "../../kernel/expression.ts";
import type { Loops } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { range } from "../contract/block.ts";
import { Lowering } from "../lowering.ts";
import type { Call } from "./call.ts";
import { type Matrices, type Matrix, matricesOf, STATISTICS, statistics } from "./matrices.ts";
import {
  Accumulators,
  eachBlock,
  eachRow,
  Lines,
  nextRows,
  ownRows,
  products,
  type RowBlock,
  RowRegisters,
  type Rows,
} from "./rows.ts";
import { type Mask, scoreOf } from "./scores.ts";
import { OnlineSoftmax } from "./softmax.ts";
import { chooseTiling, type Tiling } from "./tilings.ts";

/**
 * dQ = scale · (P ⊙ (dY Vᵀ − D)) K, D = Σ dY ⊙ Y. A thread owns some queries, loops over the keys
 * they see, and stores the queries' statistics in scratch. If dQ is not wanted, it stores only
 * these.
 */
export function queryLoops({ kernel, step, form, extent, tilings }: Call): Loops {
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const { batch, queries, keys, width, valueWidth } = extent;
  const wanted = { rows: queries, sumWidth: width, otherWidth: width + valueWidth };
  const tiling = chooseTiling(tilings, wanted);
  const scale = e.param(step.scalars[0] as number, "f32");
  const strides = form.places[0] ?? null;
  const grid = eachBlock(lowering, tiling, sizeOf(batch), queries, (block) => {
    const [q, k, v, y, dy, given = null] = matricesOf(
      lowering,
      step.operands,
      block.plane,
    ) as Matrices;
    const keyCount = e.size(keys);
    const mask: Mask = { causal: form.causal, given, scale, queries: block.count, keys: keyCount };
    const [query, grad] = [q, dy].map((matrix) => ownRows(lowering, matrix, block)) as [Rows, Rows];
    const means = meansOf(lowering, tiling, block, y, dy);
    const sums = strides === null ? null : new Accumulators(lowering, tiling, width);
    const softmax = new OnlineSoftmax(lowering, tiling);
    const end = mask.causal ? b.let(e.nativeMin(block.end, keyCount)) : keyCount;
    b.for(e.u32(0), end, tiling.otherRows, (first) => {
      const [key, value] = nextRows(lowering, tiling, [k, v], first, keyCount) as [Rows, Rows];
      const scores = products(lowering, tiling, query, key);
      const { weights, decay } = softmax.take(scores, first, block, mask);
      if (sums === null) return;
      const grads = products(lowering, tiling, grad, value);
      const ofScores = grads.map((row, g) =>
        row.map((sum, m) =>
          b.let(e.mul((weights[g] as Expr[])[m] as Expr, e.sub(sum, means.at(g)))),
        ),
      );
      sums.add(ofScores, key, decay);
    });
    eachRow(lowering, tiling, block, (row, at) => {
      const index = e.add(e.mul(block.plane, block.count), row);
      const first = b.let(e.mul(index, e.u32(STATISTICS)));
      const values = [softmax.peaks.of(at), softmax.inverse(at), means.of(at)];
      for (const [n, value] of values.entries())
        b.store(statistics, "f32", e.add(first, e.u32(n)), value);
    });
    if (sums === null || strides === null) return;
    const into = { strides, batch, offset: e.param(step.scalars[1] as number, "u32") };
    sums.store(step, block, into, (at) => e.mul(softmax.inverse(at), scale));
  });
  return { grid, body: b.statements };
}

/** D = Σ over columns of Y ⊙ dY, for each of the thread's queries. */
function meansOf(
  lowering: Lowering,
  tiling: Tiling,
  block: RowBlock,
  y: Matrix,
  dy: Matrix,
): RowRegisters {
  const { b } = lowering;
  const means = new RowRegisters(lowering, tiling, 0);
  eachRow(lowering, tiling, block, (row, at) => {
    const starts = [y, dy].map((matrix) => b.let(e.add(matrix.start, e.mul(row, matrix.row))));
    b.for(e.u32(0), e.u32(y.width), 1, (column) => {
      const [own, grad] = [y, dy].map((matrix, i) => {
        const index = e.add(starts[i] as Expr, matrix.columnAt(column));
        return e.cast(lowering.element(matrix.operand, index), "f32");
      }) as [Expr, Expr];
      means.putOf(at, e.add(means.of(at), e.mul(own, grad)));
    });
  });
  return means;
}

/**
 * dV = Pᵀ dY and dK = scale · (P ⊙ (dY Vᵀ − D))ᵀ Q. A thread owns some keys and loops over the
 * queries that see them, in every plane that repeats the keys.
 */
export function keyLoops({ kernel, step, form, extent, tilings }: Call): Loops {
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const { queries, keys, width, valueWidth } = extent;
  const both = width + valueWidth;
  const tiling = chooseTiling(tilings, { rows: keys, sumWidth: both, otherWidth: both });
  const split = extent.batch.length - form.repeats;
  const batch = extent.batch.slice(0, split);
  const scale = e.param(step.scalars[0] as number, "f32");
  const [, ofKeys, ofValues] = form.places as readonly [
    unknown,
    readonly number[],
    readonly number[],
  ];
  const grid = eachBlock(lowering, tiling, sizeOf(batch), keys, (block) => {
    const queryCount = e.size(queries);
    const lastQuery = e.sub(queryCount, e.u32(1));
    const repeats = e.size(sizeOf(extent.batch.slice(split)));
    const keySums = new Accumulators(lowering, tiling, width);
    const valueSums = new Accumulators(lowering, tiling, valueWidth);
    b.for(e.u32(0), repeats, 1, (repeat) => {
      const plane = b.let(e.add(e.mul(block.plane, repeats), repeat));
      const [q, k, v, , dy, given = null] = matricesOf(lowering, step.operands, plane) as Matrices;
      const { count } = block;
      const mask: Mask = { causal: form.causal, given, scale, queries: queryCount, keys: count };
      const [key, value] = [k, v].map((matrix) => ownRows(lowering, matrix, block)) as [Rows, Rows];
      const from = form.causal ? block.first : e.u32(0);
      b.for(from, queryCount, tiling.otherRows, (first) => {
        const next = nextRows(lowering, tiling, [q, dy], first, queryCount);
        const [query, grad] = next as [Rows, Rows];
        const scores = new Lines(lowering, tiling, products(lowering, tiling, key, query));
        const grads = new Lines(lowering, tiling, products(lowering, tiling, value, grad));
        scores.each((m) => {
          const row = b.let(e.add(first, m));
          const index = e.add(e.mul(plane, queryCount), e.nativeMin(row, lastQuery));
          const at = b.let(e.mul(index, e.u32(STATISTICS)));
          const [peak, inverse, mean] = range(STATISTICS).map((n) =>
            b.let(e.load(statistics, "f32", e.add(at, e.u32(n)))),
          ) as [Expr, Expr, Expr];
          for (const [g, keyRows] of block.rows.entries()) {
            const { score, counts } = scoreOf(lowering, scores.at(g, m), row, keyRows, mask);
            const power = e.mul(e.exp(e.sub(score, peak)), inverse);
            const weight = b.let(e.select(counts, power, e.constant(0)));
            scores.put(g, m, weight);
            grads.put(g, m, e.mul(weight, e.sub(grads.at(g, m), mean)));
          }
        });
        const [weights, ofScores] = [scores.values(), grads.values()];
        valueSums.add(weights, grad, null);
        keySums.add(ofScores, query, null);
      });
    });
    const into = (n: 2 | 3, strides: readonly number[]) => ({
      strides,
      batch,
      offset: e.param(step.scalars[n] as number, "u32"),
    });
    keySums.store(step, block, into(2, ofKeys), () => scale);
    valueSums.store(step, block, into(3, ofValues), () => e.constant(1));
  });
  return { grid, body: b.statements };
}
