import type { WgslValue } from "../../../kernel/wgsl.ts";
import { sizeOf } from "../../../shape.ts";
import { range } from "../contract/block.ts";
import { Shader, type Stage } from "../shader.ts";
import type { Call } from "./call.ts";
import { chooseTiling, type Tiling } from "./forms.ts";
import {
  Each,
  eachRow,
  Kept,
  Lines,
  type Matrix,
  matricesOf,
  metRows,
  type Own,
  ownOf,
  ownRows,
  products,
  type Rows,
} from "./rows.ts";
import { type Seen, scoreOf, wide } from "./scores.ts";
import { Running } from "./softmax.ts";

/** Numbers of a query that its gradient leaves for those of the keys: the peak, 1 / Σ e^(score − peak), and Σ dY ⊙ Y. */
export const STATISTICS = 3;

/**
 * dQ = scale · (P ⊙ (dY Vᵀ − D)) K, D = Σ dY ⊙ Y: a thread takes some queries over all keys they see, and leaves their statistics in
 * scratch. With no place for dQ it does the latter alone.
 */
export function queryStage({ kernel, step, words, limits, form, extent, tilings }: Call): Stage {
  const shader = new Shader(kernel, words);
  const { text } = shader;
  const { batch, queries, keys, width, valueWidth } = extent;
  const tiling = chooseTiling(tilings, { rows: queries, kept: width, met: width + valueWidth });
  const { lanes } = tiling;
  const scale = words.parameter(step.scalars[0] as number);
  const strides = form.places[0] ?? null;
  return ownRows(shader, tiling, limits, sizeOf(batch), queries, (own) => {
    const [q, k, v, y, dy, mask = null] = matricesOf(shader, step.operands, own.plane) as [
      Matrix,
      Matrix,
      Matrix,
      Matrix,
      Matrix,
      Matrix?,
    ];
    const keyCount = words.number(keys);
    const seen: Seen = { causal: form.causal, mask, scale, queries: own.count, keys: keyCount };
    const [query, slope] = [q, dy].map((matrix) => ownOf(shader, matrix, own)) as [Rows, Rows];
    const means = meansOf(shader, tiling, own, y, dy);
    const kept = strides === null ? null : new Kept(shader, tiling, width);
    const running = new Running(shader, tiling);
    const end = seen.causal ? text.let(`min(${own.end}, ${keyCount})`, 1, "end").text : keyCount;
    text.block(`for (var j = 0u; j < ${end}; j += ${tiling.met}u)`, () => {
      const [key, value] = metRows(shader, tiling, [k, v], "j", keyCount) as [Rows, Rows];
      const { weights, decay } = running.take(products(shader, tiling, query, key), own, seen);
      if (kept === null) return;
      const slopes = products(shader, tiling, slope, value);
      const ofScores = slopes.map((row, g) =>
        row.map((sum, m) => text.let(`${weights[g]?.[m]} * (${sum} - ${means.at(g)})`, lanes).text),
      );
      kept.add(ofScores, key, decay);
    });
    const scratch = shader.bind({ scratch: 0 }, "f32", true);
    eachRow(shader, tiling, own, (row, group, lane) => {
      const at = text.let(`(${own.plane.text} * ${own.count} + ${row}) * ${STATISTICS}u`, 1, "at");
      const peak = `${running.peaks.at(group)}${lane}`;
      const mean = `${means.at(group)}${lane}`;
      for (const [n, value] of [peak, running.inverse(group, lane), mean].entries())
        text.line(`${scratch}[${at.text} + ${n}u] = ${value};`);
    });
    if (kept === null || strides === null) return;
    const target = { strides, batch, offset: words.parameter(step.scalars[1] as number) };
    kept.store(step, own, target, (group, lane) => `${running.inverse(group, lane)} * ${scale}`);
  });
}

/** Σ over columns of Y ⊙ dY, of each of the thread's queries. */
function meansOf(shader: Shader, tiling: Tiling, own: Own, y: Matrix, dy: Matrix): Each {
  const { text } = shader;
  const means = new Each(shader, tiling, wide("0.0", tiling.lanes));
  eachRow(shader, tiling, own, (row, group, lane) => {
    text.block(`for (var d = 0u; d < ${y.width}u; d++)`, () => {
      const [a, b] = [y, dy].map(({ operand, start, row: across, column }) =>
        shader.element(operand, text.let(`${start} + ${row} * ${across} + d * ${column}`, 1, "i")),
      ) as [WgslValue, WgslValue];
      text.line(`${means.at(group)}${lane} += ${a.text} * ${b.text};`);
    });
  });
  return means;
}

/**
 * dV = Pᵀ dY and dK = scale · (P ⊙ (dY Vᵀ − D))ᵀ Q: a thread takes some keys over all queries that see them, of every repetition in
 * turn.
 */
export function keyStage({ kernel, step, words, limits, form, extent, tilings }: Call): Stage {
  const shader = new Shader(kernel, words);
  const { text } = shader;
  const { queries, keys, width, valueWidth } = extent;
  const both = width + valueWidth;
  const tiling = chooseTiling(tilings, { rows: keys, kept: both, met: both });
  const { lanes, met } = tiling;
  const split = extent.batch.length - form.repeats;
  const [batch, repeats] = [extent.batch.slice(0, split), sizeOf(extent.batch.slice(split))];
  const scale = words.parameter(step.scalars[0] as number);
  const [, ofKeys, ofValues] = form.places as readonly [
    unknown,
    readonly number[],
    readonly number[],
  ];
  return ownRows(shader, tiling, limits, sizeOf(batch), keys, (own) => {
    const queryCount = words.number(queries);
    const scratch = shader.bind({ scratch: 0 }, "f32", false);
    const sums = [new Kept(shader, tiling, width), new Kept(shader, tiling, valueWidth)] as const;
    text.block(`for (var repeat = 0u; repeat < ${words.number(repeats)}; repeat++)`, () => {
      const plane = text.let(`${own.plane.text} * ${words.number(repeats)} + repeat`, 1, "plane");
      const [q, k, v, , dy, mask = null] = matricesOf(shader, step.operands, plane) as [
        Matrix,
        Matrix,
        Matrix,
        Matrix,
        Matrix,
        Matrix?,
      ];
      const seen: Seen = { causal: form.causal, mask, scale, queries: queryCount, keys: own.count };
      const [key, value] = [k, v].map((matrix) => ownOf(shader, matrix, own)) as [Rows, Rows];
      const from = form.causal ? own.first : "0u";
      text.block(`for (var i = ${from}; i < ${queryCount}; i += ${met}u)`, () => {
        const [query, slope] = metRows(shader, tiling, [q, dy], "i", queryCount) as [Rows, Rows];
        const scores = new Lines(shader, tiling, products(shader, tiling, key, query));
        const slopes = new Lines(shader, tiling, products(shader, tiling, value, slope));
        scores.each((m) => {
          const row = text.let(`i + ${m}`, 1, "query");
          const place = `${plane.text} * ${queryCount} + min(${row.text}, ${queryCount} - 1u)`;
          const at = text.let(`(${place}) * ${STATISTICS}u`, 1, "at").text;
          const [peak, inverse, mean] = range(STATISTICS).map((n) =>
            text.let(`${scratch}[${at} + ${n}u]`, 1, "s"),
          ) as [WgslValue, WgslValue, WgslValue];
          for (const [g, keyRows] of own.rows.entries()) {
            const { score, counts } = scoreOf(shader, scores.at(g, m), row, keyRows, seen);
            const below = text.let(`${score.text} - ${peak.text}`, lanes);
            const power = `${text.call("exp_f32", [below])} * ${inverse.text}`;
            const weight = `select(${wide("0.0", lanes)}, ${power}, ${counts.text})`;
            text.line(`${scores.at(g, m)} = ${weight};`);
            const centred = `(${slopes.at(g, m)} - ${mean.text})`;
            text.line(`${slopes.at(g, m)} = ${scores.at(g, m)} * ${centred};`);
          }
        });
        const [weights, ofScores] = [scores.values(), slopes.values()];
        sums[1].add(weights, slope, null);
        sums[0].add(ofScores, query, null);
      });
    });
    const into = (n: 2 | 3, strides: readonly number[]) => ({
      strides,
      batch,
      offset: words.parameter(step.scalars[n] as number),
    });
    sums[0].store(step, own, into(2, ofKeys), () => scale);
    sums[1].store(step, own, into(3, ofValues), () => "1.0");
  });
}
