import { range } from "../contract/block.ts";
import type { Shader } from "../shader.ts";
import type { Tiling } from "./forms.ts";
import type { Own } from "./rows.ts";
import { LOWEST, type Seen, scoreOf, wide } from "./scores.ts";

/** A softmax over keys that come block by block: what was summed before is rescaled whenever a peak grows. */
export class Running {
  readonly #shader: Shader;
  readonly #tiling: Tiling;
  /** The greatest score so far, and Σ e^(score − peak), of each group of rows. */
  readonly peaks: readonly string[];
  readonly totals: readonly string[];

  constructor(shader: Shader, tiling: Tiling) {
    const { text } = shader;
    this.#shader = shader;
    this.#tiling = tiling;
    this.peaks = range(tiling.groups).map(() => text.name("peak"));
    this.totals = range(tiling.groups).map(() => text.name("total"));
    for (const peak of this.peaks) text.line(`var ${peak} = ${wide(LOWEST, tiling.lanes)};`);
    for (const total of this.totals) text.line(`var ${total} = ${wide("0.0", tiling.lanes)};`);
  }

  /** Takes in the block of keys from `j` on: e^(score − peak) for each group and key, and what earlier sums are to be multiplied by. */
  take(
    sums: readonly (readonly string[])[],
    own: Own,
    seen: Seen,
  ): { weights: string[][]; decay: string[] } {
    const { text } = this.#shader;
    const { lanes } = this.#tiling;
    const weights: string[][] = [];
    const decay: string[] = [];
    own.rows.forEach((query, g) => {
      const [peak, total] = [this.peaks[g] as string, this.totals[g] as string];
      const scores = (sums[g] as readonly string[]).map((sum, m) => {
        const key = text.let(`j + ${m}u`, 1, "key");
        const { score, counts } = scoreOf(this.#shader, sum, query, key, seen);
        const counted = `select(${wide(LOWEST, lanes)}, ${score.text}, ${counts.text})`;
        return { score: text.let(counted, lanes, "score"), counts };
      });
      const top = scores.reduce((top, { score }) => `max(${top}, ${score.text})`, peak);
      const next = text.let(top, lanes, "top");
      const grown = text.let(`${peak} - ${next.text}`, lanes);
      decay.push(text.let(text.call("exp_f32", [grown]), lanes, "decay").text);
      text.line(`${peak} = ${next.text};`);
      const ofGroup = scores.map(({ score, counts }) => {
        const below = text.let(`${score.text} - ${next.text}`, lanes);
        const power = text.call("exp_f32", [below]);
        return text.let(`select(${wide("0.0", lanes)}, ${power}, ${counts.text})`, lanes, "w").text;
      });
      text.line(`${total} = ${[`${total} * ${decay[g]}`, ...ofGroup].join(" + ")};`);
      weights.push(ofGroup);
    });
    return { weights, decay };
  }

  /** 1 / Σ of each group; 0 where nothing counted. */
  inverses(): string[] {
    const { text } = this.#shader;
    const { lanes } = this.#tiling;
    const zero = wide("0.0", lanes);
    return this.totals.map(
      (total) =>
        text.let(
          `select(${wide("1.0", lanes)} / ${total}, ${zero}, ${total} == ${zero})`,
          lanes,
          "inverse",
        ).text,
    );
  }
}
