import { e } from "../../kernel/expression.ts";
import type { Loops } from "../../kernel/loops.ts";
import { sizeOf } from "../../shape.ts";
import { Lowering } from "../lowering.ts";
import type { Call } from "./call.ts";
import { type Matrix, matricesOf } from "./matrices.ts";
import { Accumulators, eachBlock, nextRows, ownRows, products, type Rows } from "./rows.ts";
import type { Mask } from "./scores.ts";
import { OnlineSoftmax } from "./softmax.ts";
import { chooseTiling } from "./tilings.ts";

/**
 * y = softmax(scale · Q Kᵀ + mask) V. A thread owns some queries and loops over the keys they see.
 */
export function outputLoops({ kernel, step, form, extent, tilings }: Call): Loops {
  const { causal, places } = form;
  const { batch, queries, keys, width, valueWidth } = extent;
  const wanted = { rows: queries, sumWidth: valueWidth, otherWidth: width + valueWidth };
  const tiling = chooseTiling(tilings, wanted);
  const lowering = new Lowering(kernel);
  const { b } = lowering;
  const scale = e.param(step.scalars[0] as number, "f32");
  const grid = eachBlock(lowering, tiling, sizeOf(batch), queries, (block) => {
    const [q, k, v, given = null] = matricesOf(lowering, step.operands, block.plane);
    const mask: Mask = { causal, given, scale, queries: block.count, keys: e.size(keys) };
    const query = ownRows(lowering, q as Matrix, block);
    const sums = new Accumulators(lowering, tiling, valueWidth);
    const softmax = new OnlineSoftmax(lowering, tiling);
    const end = causal ? b.let(e.nativeMin(block.end, mask.keys)) : mask.keys;
    b.for(e.u32(0), end, tiling.otherRows, (first) => {
      const [key, value] = nextRows(lowering, tiling, [k, v] as Matrix[], first, mask.keys);
      const scores = products(lowering, tiling, query, key as Rows);
      const { weights, decay } = softmax.take(scores, first, block, mask);
      sums.add(weights, value as Rows, decay);
    });
    const into = { strides: places[0] as readonly number[], batch, offset: e.u32(0) };
    sums.store(step, block, into, (at) => softmax.inverse(at));
  });
  return { grid, body: b.statements };
}
