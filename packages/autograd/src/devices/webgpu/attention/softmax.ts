import type { Shader } from "../shader.ts";
import type { Tiling } from "./forms.ts";
import { Each, Lines, type Own } from "./rows.ts";
import { LOWEST, type Seen, scoreOf, wide } from "./scores.ts";

/** A softmax over keys that come block by block: what was summed before is rescaled whenever a peak grows. */
export class Running {
  readonly #shader: Shader;
  readonly #tiling: Tiling;
  /** The greatest score so far, and Σ e^(score − peak). */
  readonly peaks: Each;
  readonly totals: Each;

  constructor(shader: Shader, tiling: Tiling) {
    this.#shader = shader;
    this.#tiling = tiling;
    this.peaks = new Each(shader, tiling, wide(LOWEST, tiling.lanes));
    this.totals = new Each(shader, tiling, wide("0.0", tiling.lanes));
  }

  /** Takes in the block of keys from `j` on: e^(score − peak) for each group and key, and what earlier sums are to be multiplied by. */
  take(
    sums: readonly (readonly string[])[],
    own: Own,
    seen: Seen,
  ): { weights: string[][]; decay: string[] } {
    const { text } = this.#shader;
    const { lanes } = this.#tiling;
    const lowest = wide(LOWEST, lanes);
    const lines = new Lines(this.#shader, this.#tiling, sums);
    const decay = own.rows.map((query, g) => {
      const [peak, total] = [this.peaks.at(g), this.totals.at(g)];
      const before = text.let(peak, lanes, "before");
      lines.each((m) => {
        const key = text.let(`j + ${m}`, 1, "key");
        const { score, counts } = scoreOf(this.#shader, lines.at(g, m), query, key, seen);
        const counted = text.let(`select(${lowest}, ${score.text}, ${counts.text})`, lanes);
        text.line(`${lines.at(g, m)} = ${counted.text};`);
        text.line(`${peak} = max(${peak}, ${counted.text});`);
      });
      const grown = text.let(`${before.text} - ${peak}`, lanes);
      const { text: less } = text.let(text.call("exp_f32", [grown]), lanes, "decay");
      text.line(`${total} *= ${less};`);
      lines.each((m) => {
        const score = text.let(lines.at(g, m), lanes, "score").text;
        const power = text.call("exp_f32", [text.let(`${score} - ${peak}`, lanes)]);
        // a NaN is not the lowest
        const weight = `select(${power}, ${wide("0.0", lanes)}, ${score} <= ${lowest})`;
        text.line(`${lines.at(g, m)} = ${weight};`);
        text.line(`${total} += ${lines.at(g, m)};`);
      });
      return less;
    });
    return { weights: lines.values(), decay };
  }

  /** 1 / Σ of a row; 0 where nothing counted. */
  inverse(group: string, lane: string): string {
    const total = `${this.totals.at(group)}${lane}`;
    return `select(1.0 / ${total}, 0.0, ${total} == 0.0)`;
  }
}
