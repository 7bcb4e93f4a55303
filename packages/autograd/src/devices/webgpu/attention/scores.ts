import { type Lanes, splat, type WgslValue } from "../../../kernel/wgsl.ts";
import type { Shader } from "../shader.ts";
import type { Matrix } from "./rows.ts";

/** A score that is not to be counted: less than any other. */
export const LOWEST = "-3.4028234e38";

/** What decides which scores count, beside their place. */
export interface Seen {
  readonly causal: boolean;
  readonly mask: Matrix | null;
  readonly scale: string;
  /** How many queries and keys there are, as text. */
  readonly queries: string;
  readonly keys: string;
}

/** As many lanes of a scalar as the value has. */
export const wide = (scalar: string, lanes: Lanes, type = "f32"): string =>
  lanes === 1 ? scalar : `vec4<${type}>(${scalar})`;

/**
 * A score from its product, and whether it counts. `query` and `key` are row numbers, one of them in lanes; those past the end do
 * not count.
 */
export function scoreOf(
  shader: Shader,
  product: string,
  query: WgslValue,
  key: WgslValue,
  { causal, mask, scale, queries, keys }: Seen,
): { score: WgslValue; counts: WgslValue } {
  const { text } = shader;
  const lanes = query.lanes === 4 || key.lanes === 4 ? 4 : 1;
  const [i, j] = [query, key].map((one) =>
    one.lanes === lanes ? one.text : wide(one.text, lanes, "u32"),
  ) as [string, string];
  const u = (value: string): string => wide(value, lanes, "u32");
  const conditions = [`(${i} < ${u(queries)})`, `(${j} < ${u(keys)})`];
  if (causal) conditions.push(`(${j} <= ${i})`);
  let score = text.let(`${product} * ${scale}`, lanes, "score");
  if (mask !== null) {
    const row = `min(${i}, ${u(`${queries} - 1u`)}) * ${mask.row}`;
    const column = `min(${j}, ${u(`${keys} - 1u`)}) * ${mask.column}`;
    const index = text.let(`${mask.start} + ${row} + ${column}`, lanes, "i");
    const { dtype } = mask.operand;
    // a number that is the same everywhere comes in one lane
    const value = splat(shader.element(mask.operand, index), lanes, dtype).text;
    if (dtype === "bool") conditions.push(value);
    else {
      score = text.let(`${score.text} + ${value}`, lanes, "score");
      // a NaN counts
      conditions.push(`!(${value} <= ${wide(LOWEST, lanes)})`);
    }
  }
  return { score, counts: text.let(conditions.join(" & "), lanes, "counts") };
}
