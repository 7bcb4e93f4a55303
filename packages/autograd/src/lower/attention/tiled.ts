import { type Expr, e } from "../../kernel/expression.ts";
import type { Local, Loops } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { range } from "../contract/block.ts";
import { Lowering } from "../lowering.ts";
import { typical } from "../machines.ts";
import type { DeviceClass, GPU } from "../target.ts";
import type { Call } from "./call.ts";
import { type Matrices, type Matrix, matricesOf, STATISTICS, statistics } from "./matrices.ts";
import { LOWEST, type Mask, scoreOf } from "./scores.ts";
import { type Area, SharedSoftmax, Sums, Tile } from "./tile.ts";
import { chooseTiles, type Tiles } from "./tiles.ts";

/** Scores of the thread's pairs from their products; LOWEST if masked. */
function scoresOf(tile: Tile, products: readonly Local[][], first: Expr, mask: Mask): Expr[][] {
  const { b } = tile.lowering;
  const keys = tile.otherPlaces.map((place) => b.let(e.add(first, place)));
  return products.map((row, i) =>
    row.map((product, j) => {
      const [query, key] = [tile.rows[i] as Expr, keys[j] as Expr];
      const { score, counts } = scoreOf(tile.lowering, product, query, key, mask);
      return b.let(e.select(counts, score, e.constant(LOWEST)));
    }),
  );
}

/** Puts the values of the thread's pairs into workgroup memory. */
function share(tile: Tile, memory: Area, values: readonly (readonly Expr[])[]): void {
  values.forEach((row, i) => {
    row.forEach((value, j) => {
      memory.put(tile.places[i] as Expr, tile.otherPlaces[j] as Expr, value);
    });
  });
}

/**
 * y = softmax(scale · Q Kᵀ + mask) V. A workgroup owns a tile of queries and loops over the keys
 * they see. Its memory holds a block of keys, then of values.
 */
function tiledOutput({ kernel, step, form, extent }: Call, tiles: Tiles): Loops {
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const { batch, queries, keys, width, valueWidth } = extent;
  const blockRows = tiles.wide * tiles.otherRows;
  const tile = new Tile(lowering, tiles, sizeOf(batch), queries);
  const [q, k, v, given = null] = matricesOf(lowering, step.operands, tile.plane) as [
    Matrix,
    Matrix,
    Matrix,
    Matrix?,
  ];
  const keyCount = e.size(keys);
  const scale = e.param(step.scalars[0] as number, "f32");
  const mask: Mask = { causal: form.causal, given, scale, queries: tile.count, keys: keyCount };
  const query = tile.own(q);
  const block = tile.area(blockRows, Math.max(width, valueWidth));
  const shared = tile.area(tiles.tall * tiles.rows, blockRows);
  const softmax = new SharedSoftmax(tile);
  const sums = new Sums(tile, valueWidth);
  const end = form.causal ? b.let(e.nativeMin(tile.end, keyCount)) : keyCount;
  b.for(e.u32(0), end, blockRows, (first) => {
    block.load(k, first, keyCount);
    b.barrier();
    const products = tile.products(query, block.reader(tile.otherPlaces, width));
    const { weights, decay } = softmax.take(scoresOf(tile, products, first, mask));
    block.load(v, first, keyCount);
    share(tile, shared, weights);
    b.barrier();
    sums.scale(decay);
    sums.add(shared, block);
    b.barrier();
  });
  const into = { strides: form.places[0] as readonly number[], batch, offset: e.u32(0) };
  sums.store(step, into, softmax.inverses());
  return { grid: tile.grid, body: b.statements };
}

/**
 * dQ = scale · (P ⊙ (dY Vᵀ − D)) K, D = Σ dY ⊙ Y. A workgroup owns a tile of queries, loops over
 * the keys they see, and stores the queries' statistics. If dQ is not wanted, it stores only these.
 */
function tiledQueries({ kernel, step, form, extent }: Call, tiles: Tiles): Loops {
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const { batch, queries, keys, width, valueWidth } = extent;
  const blockRows = tiles.wide * tiles.otherRows;
  const tile = new Tile(lowering, tiles, sizeOf(batch), queries);
  const [q, k, v, y, dy, given = null] = matricesOf(
    lowering,
    step.operands,
    tile.plane,
  ) as Matrices;
  const keyCount = e.size(keys);
  const scale = e.param(step.scalars[0] as number, "f32");
  const mask: Mask = { causal: form.causal, given, scale, queries: tile.count, keys: keyCount };
  const strides = form.places[0] ?? null;
  const [query, grad] = [tile.own(q), tile.own(dy)];
  const keyBlock = tile.area(blockRows, width);
  const valueBlock = strides === null ? null : tile.area(blockRows, valueWidth);
  const shared = tile.area(tiles.tall * tiles.rows, blockRows);
  const softmax = new SharedSoftmax(tile);
  const sums = strides === null ? null : new Sums(tile, width);
  const means = softmax.sum(sharesOfMeans(tile, y, dy));
  const end = form.causal ? b.let(e.nativeMin(tile.end, keyCount)) : keyCount;
  b.for(e.u32(0), end, blockRows, (first) => {
    keyBlock.load(k, first, keyCount);
    valueBlock?.load(v, first, keyCount);
    b.barrier();
    const products = tile.products(query, keyBlock.reader(tile.otherPlaces, width));
    const { weights, decay } = softmax.take(scoresOf(tile, products, first, mask));
    if (sums !== null && valueBlock !== null) {
      const grads = tile.products(grad, valueBlock.reader(tile.otherPlaces, valueWidth));
      share(
        tile,
        shared,
        ofScores(weights, grads, (i) => means[i] as Expr),
      );
      b.barrier();
      sums.scale(decay);
      sums.add(shared, keyBlock);
    }
    b.barrier();
  });
  const inverses = softmax.inverses();
  tile.rows.forEach((row, i) => {
    b.if(e.and(e.lt(row, tile.count), e.eq(tile.lane, e.u32(0))), () => {
      const index = e.add(e.mul(tile.plane, tile.count), row);
      const first = b.let(e.mul(index, e.u32(STATISTICS)));
      const values = [softmax.peaks[i], inverses[i], means[i]] as Expr[];
      for (const [n, value] of values.entries())
        b.store(statistics, "f32", e.add(first, e.u32(n)), value);
    });
  });
  if (sums !== null && strides !== null) {
    const into = { strides, batch, offset: e.param(step.scalars[1] as number, "u32") };
    sums.store(
      step,
      into,
      inverses.map((inverse) => b.let(e.mul(inverse, scale))),
    );
  }
  return { grid: tile.grid, body: b.statements };
}

/** dS = P ⊙ (dP − D); `meanOf` gives D of the pair's query. */
function ofScores(
  weights: readonly (readonly Expr[])[],
  grads: readonly (readonly Expr[])[],
  meanOf: (i: number, j: number) => Expr,
): Expr[][] {
  return weights.map((row, i) =>
    row.map((weight, j) => e.mul(weight, e.sub(grads[i]?.[j] as Expr, meanOf(i, j)))),
  );
}

/** The thread's share of D = Σ over columns of Y ⊙ dY, for each of its rows. */
function sharesOfMeans(tile: Tile, y: Matrix, dy: Matrix): Expr[] {
  const { lowering, tiles, lane, rows, count } = tile;
  const { b } = lowering;
  const last = e.sub(count, e.u32(1));
  return rows.map((row) => {
    const at = b.let(e.nativeMin(row, last));
    const sum = b.var(e.constant(0));
    const starts = [y, dy].map((matrix) => b.let(e.add(matrix.start, e.mul(at, matrix.row))));
    b.for(lane, e.u32(y.width), tiles.wide, (column) => {
      const [own, grad] = [y, dy].map((matrix, i) => {
        const index = e.add(starts[i] as Expr, matrix.columnAt(column));
        return e.cast(lowering.element(matrix.operand, index), "f32");
      }) as [Expr, Expr];
      b.set(sum, e.add(sum, e.mul(own, grad)));
    });
    return sum;
  });
}

/**
 * dV = Pᵀ dY and dK = scale · (P ⊙ (dY Vᵀ − D))ᵀ Q. A workgroup owns a tile of keys and loops over
 * the queries that see them, in every plane that repeats the keys.
 */
function tiledKeys({ kernel, step, form, extent }: Call, tiles: Tiles): Loops {
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const { queries, keys, width, valueWidth } = extent;
  const blockRows = tiles.wide * tiles.otherRows;
  const split = extent.batch.length - form.repeats;
  const batch = extent.batch.slice(0, split);
  const repeats = sizeOf(extent.batch.slice(split));
  const tile = new Tile(lowering, tiles, sizeOf(batch), keys);
  const [, ofKeys, ofValues] = form.places as readonly [
    unknown,
    readonly number[],
    readonly number[],
  ];
  const scale = e.param(step.scalars[0] as number, "f32");
  const queryCount = e.size(queries);
  const lastQuery = e.sub(queryCount, e.u32(1));
  const planeOf = (repeat: Expr): Expr => b.let(e.add(e.mul(tile.plane, e.size(repeats)), repeat));
  const [, ownKeys, ownValues] = matricesOf(lowering, step.operands, planeOf(e.u32(0))) as Matrices;
  const [key, value] = [tile.own(ownKeys), tile.own(ownValues)];
  const queryBlock = tile.area(blockRows, width);
  const gradBlock = tile.area(blockRows, valueWidth);
  const numbers = tile.area(blockRows, STATISTICS);
  const own = tiles.tall * tiles.rows;
  const [shared, sharedGrads] = [tile.area(own, blockRows), tile.area(own, blockRows)];
  const [keySums, valueSums] = [new Sums(tile, width), new Sums(tile, valueWidth)];
  b.for(e.u32(0), e.size(repeats), 1, (repeat) => {
    const plane = planeOf(repeat);
    const [q, , , , dy, given = null] = matricesOf(lowering, step.operands, plane) as Matrices;
    const mask: Mask = { causal: form.causal, given, scale, queries: queryCount, keys: tile.count };
    const from = form.causal ? tile.first : e.u32(0);
    b.for(from, queryCount, blockRows, (first) => {
      queryBlock.load(q, first, queryCount);
      gradBlock.load(dy, first, queryCount);
      b.for(e.local, e.u32(blockRows * STATISTICS), tiles.tall * tiles.wide, (n) => {
        const line = b.let(e.quotient(n, e.u32(STATISTICS)));
        const number = b.let(e.remainder(n, e.u32(STATISTICS)));
        const row = e.nativeMin(e.add(first, line), lastQuery);
        const index = e.add(e.mul(plane, queryCount), row);
        const at = e.add(e.mul(index, e.u32(STATISTICS)), number);
        numbers.put(line, number, e.load(statistics, "f32", at));
      });
      b.barrier();
      const products = tile.products(key, queryBlock.reader(tile.otherPlaces, width));
      const grads = tile.products(value, gradBlock.reader(tile.otherPlaces, valueWidth));
      const known = numbers.reader(tile.otherPlaces, STATISTICS);
      const ofQuery = tile.otherPlaces.map((place, j) => {
        const [peak, inverse, mean] = range(STATISTICS).map((n) => known.read(j, e.u32(n)));
        return { row: b.let(e.add(first, place)), peak, inverse, mean };
      });
      const weights = products.map((row, i) =>
        row.map((product, j) => {
          const { row: query, peak, inverse } = ofQuery[j] as (typeof ofQuery)[number];
          const its = tile.rows[i] as Expr;
          const { score, counts } = scoreOf(lowering, product, query, its, mask);
          const power = e.mul(e.exp(e.sub(score, peak as Expr)), inverse as Expr);
          return b.let(e.select(counts, power, e.constant(0)));
        }),
      );
      share(tile, shared, weights);
      share(
        tile,
        sharedGrads,
        ofScores(weights, grads, (_, j) => ofQuery[j]?.mean as Expr),
      );
      b.barrier();
      valueSums.add(shared, gradBlock);
      keySums.add(sharedGrads, queryBlock);
      b.barrier();
    });
  });
  const into = (n: 2 | 3, strides: readonly number[]) => ({
    strides,
    batch,
    offset: e.param(step.scalars[n] as number, "u32"),
  });
  const all = (factor: Expr): Expr[] => tile.rows.map(() => factor);
  keySums.store(step, into(2, ofKeys), all(scale));
  valueSums.store(step, into(3, ofValues), all(e.constant(1)));
  return { grid: tile.grid, body: b.statements };
}

const kernels = { output: tiledOutput, queries: tiledQueries, keys: tiledKeys };

/** Lowers attention for GPUs of a class, with the tiles that have the fewest estimated cycles. */
export const attendInTiles =
  (kind: Exclude<DeviceClass, "software">): GPU["attend"] =>
  (part, call, { tiles }) => {
    const chosen = tiles ?? chooseTiles(part, call, typical[kind]);
    return chosen && kernels[part](call, chosen);
  };
