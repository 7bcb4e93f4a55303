import type { WgslValue } from "../../../kernel/wgsl.ts";
import { sizeOf } from "../../../shape.ts";
import { range } from "../contract/block.ts";
import { Shader, type Stage } from "../shader.ts";
import type { Call } from "./call.ts";
import type { Tiling } from "./forms.ts";
import {
  Kept,
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
export function queryStage({ kernel, step, words, limits, form, extent, tiling }: Call): Stage {
  const shader = new Shader(kernel, words);
  const { text } = shader;
  const { batch, queries, keys, width } = extent;
  const { lanes } = tiling;
  const scale = words.parameter(step.scalars[0] as number);
  const place = form.places[0] ?? null;
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
    const [query, result, slope] = [q, y, dy].map((matrix) => ownOf(shader, matrix, own)) as [
      Rows,
      Rows,
      Rows,
    ];
    const means = meansOf(shader, tiling, result, slope);
    const kept = place === null ? null : new Kept(shader, tiling, width);
    const running = new Running(shader, tiling);
    const end = seen.causal ? text.let(`min(${own.end}, ${keyCount})`, 1, "end").text : keyCount;
    text.block(`for (var j = 0u; j < ${end}; j += ${tiling.met}u)`, () => {
      const [key, value] = metRows(shader, tiling, [k, v], "j", keyCount) as [Rows, Rows];
      const { weights, decay } = running.take(products(shader, tiling, query, key), own, seen);
      if (kept === null) return;
      const slopes = products(shader, tiling, slope, value);
      const ofScores = slopes.map((row, g) =>
        row.map((sum, m) => text.let(`${weights[g]?.[m]} * (${sum} - ${means[g]})`, lanes).text),
      );
      kept.add(ofScores, key, decay);
    });
    const inverses = running.inverses();
    keepStatistics(shader, tiling, own, [running.peaks, inverses, means]);
    if (kept === null || place === null) return;
    const factors = inverses.map((inverse) => `(${inverse} * ${scale})`);
    kept.store(step, own, factors, place, batch, words.parameter(step.scalars[1] as number));
  });
}

/** Σ over columns of Y ⊙ dY, of each group of the thread's queries. */
function meansOf({ text }: Shader, { groups, lanes }: Tiling, y: Rows, dy: Rows): string[] {
  const means = range(groups).map(() => text.name("mean"));
  for (const mean of means) text.line(`var ${mean} = ${wide("0.0", lanes)};`);
  text.block(`for (var d = 0u; d < ${y.width}u; d++)`, () => {
    for (const [g, mean] of means.entries()) {
      text.line(`${mean} += ${y.read(g, "d").text} * ${dy.read(g, "d").text};`);
    }
  });
  return means;
}

function keepStatistics(
  shader: Shader,
  { lanes }: Tiling,
  own: Own,
  statistics: readonly (readonly string[])[],
): void {
  const { text } = shader;
  const scratch = shader.bind({ scratch: 0 }, "f32", true);
  own.rows.forEach(({ text: row }, g) => {
    for (const lane of lanes === 1 ? [""] : [".x", ".y", ".z", ".w"]) {
      text.block(`if (${row}${lane} < ${own.count})`, () => {
        const at = `(${own.plane.text} * ${own.count} + ${row}${lane}) * ${STATISTICS}u`;
        for (const [n, of] of statistics.entries())
          text.line(`${scratch}[${at} + ${n}u] = ${of[g]}${lane};`);
      });
    }
  });
}

/**
 * dV = Pᵀ dY and dK = scale · (P ⊙ (dY Vᵀ − D))ᵀ Q: a thread takes some keys over all queries that see them, of every repetition in
 * turn.
 */
export function keyStage({ kernel, step, words, limits, form, extent, tiling }: Call): Stage {
  const shader = new Shader(kernel, words);
  const { text } = shader;
  const { queries, keys, width, valueWidth } = extent;
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
        const scores = products(shader, tiling, key, query);
        const slopes = products(shader, tiling, value, slope);
        const weights: string[][] = scores.map(() => []);
        const ofScores: string[][] = scores.map(() => []);
        for (const m of range(met)) {
          const row = text.let(`i + ${m}u`, 1, "query");
          const place = `${plane.text} * ${queryCount} + min(${row.text}, ${queryCount} - 1u)`;
          const at = text.let(`(${place}) * ${STATISTICS}u`, 1, "at").text;
          const [peak, inverse, mean] = range(STATISTICS).map((n) =>
            text.let(`${scratch}[${at} + ${n}u]`, 1, "s"),
          ) as [WgslValue, WgslValue, WgslValue];
          for (const [g, keyRows] of own.rows.entries()) {
            const { score, counts } = scoreOf(shader, scores[g]?.[m] as string, row, keyRows, seen);
            const below = text.let(`${score.text} - ${peak.text}`, lanes);
            const power = `${text.call("exp_f32", [below])} * ${inverse.text}`;
            const weight = text.let(
              `select(${wide("0.0", lanes)}, ${power}, ${counts.text})`,
              lanes,
              "w",
            ).text;
            weights[g]?.push(weight);
            ofScores[g]?.push(
              text.let(`${weight} * (${slopes[g]?.[m]} - ${mean.text})`, lanes).text,
            );
          }
        }
        sums[1].add(weights, slope, null);
        sums[0].add(ofScores, query, null);
      });
    });
    const factor = (text: string): string[] => own.rows.map(() => text);
    const offset = (n: number): string => words.parameter(step.scalars[n] as number);
    sums[0].store(step, own, factor(scale), ofKeys, batch, offset(2));
    sums[1].store(step, own, factor("1.0"), ofValues, batch, offset(3));
  });
}
