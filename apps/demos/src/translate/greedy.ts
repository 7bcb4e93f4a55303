import { noGrad } from "@wgrad/autograd";
import { padSequences } from "@wgrad/datasets";
import type { Translator } from "./model.ts";
import { END, encodeSource, type Languages, type Pair, START } from "./pairs.ts";

/**
 * Translates all sentences at once, a token at a time: at every place the likeliest is taken, until
 * all have ended. The window is as long as the longest sentence may be from the start, so that
 * every step has the same shape.
 */
export async function translate(
  model: Translator,
  languages: Languages,
  pairs: readonly Pair[],
): Promise<string[]> {
  model.eval();
  const { sourceLength, targetLength: length } = model.sizes;
  const numbers = pairs.map((pair) => encodeSource(languages, pair));
  const source = padSequences(numbers, { length: sourceLength }).values;
  const memory = noGrad(() => model.encode(source)).keep();
  const said = pairs.map(() => [START]);
  const open = new Set(pairs.keys());
  for (let place = 0; place + 1 < length && open.size > 0; place++) {
    const window = padSequences(said, { length }).values;
    const next = await noGrad(() =>
      model.decode(window, memory, source).select(1, place).argmax(-1),
    ).data();
    for (const row of open) {
      const token = next[row] as number;
      if (token === END) open.delete(row);
      else said[row]?.push(token);
    }
  }
  memory.dispose();
  return said.map((tokens) => languages.target.decode(tokens.slice(1)).join(""));
}
