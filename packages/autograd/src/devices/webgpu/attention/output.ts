import { sizeOf } from "../../../shape.ts";
import { Shader, type Stage } from "../shader.ts";
import type { Call } from "./call.ts";
import { chooseTiling } from "./forms.ts";
import {
  Kept,
  type Matrix,
  matricesOf,
  metRows,
  ownOf,
  ownRows,
  products,
  type Rows,
} from "./rows.ts";
import type { Seen } from "./scores.ts";
import { Running } from "./softmax.ts";

/** y = softmax(scale · Q Kᵀ + mask) V: a thread takes some queries over all keys they see. */
export function outputStage({ kernel, step, words, limits, form, extent, tilings }: Call): Stage {
  const { causal, places } = form;
  const { batch, queries, keys, width, valueWidth } = extent;
  const wanted = { rows: queries, kept: valueWidth, met: width + valueWidth };
  const tiling = chooseTiling(tilings, wanted);
  const shader = new Shader(kernel, words);
  const { text } = shader;
  const scale = words.parameter(step.scalars[0] as number);
  return ownRows(shader, tiling, limits, sizeOf(batch), queries, (own) => {
    const [q, k, v, mask = null] = matricesOf(shader, step.operands, own.plane);
    const seen: Seen = { causal, mask, scale, queries: own.count, keys: words.number(keys) };
    const query = ownOf(shader, q as Matrix, own);
    const kept = new Kept(shader, tiling, valueWidth);
    const running = new Running(shader, tiling);
    const end = causal ? text.let(`min(${own.end}, ${seen.keys})`, 1, "end").text : seen.keys;
    text.block(`for (var j = 0u; j < ${end}; j += ${tiling.met}u)`, () => {
      const [key, value] = metRows(shader, tiling, [k, v] as Matrix[], "j", seen.keys);
      const sums = products(shader, tiling, query, key as Rows);
      const { weights, decay } = running.take(sums, own, seen);
      kept.add(weights, value as Rows, decay);
    });
    const target = { strides: places[0] as readonly number[], batch, offset: "0u" };
    kept.store(step, own, target, (group, lane) => running.inverse(group, lane));
  });
}
