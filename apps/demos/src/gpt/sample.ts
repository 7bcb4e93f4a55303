import { type Generator, noGrad, rand, scope, type Tensor, tensor } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import { encode } from "../shared/characters.ts";
import type { GPT } from "./model.ts";

export interface SampleSettings {
  readonly characters: number;
  /** Below 1 the likely becomes likelier; near 0 only the likeliest is said. */
  readonly temperature: number;
  /** Where the draws come from (default: the one that training draws from too). */
  readonly generator?: Generator | undefined;
}

/**
 * Continues `prompt`. A character is drawn by adding −log(−log u) to every logit, u uniform, and
 * taking the largest: that is a draw from their softmax (Gumbel). A window always as long as the
 * context, filled up behind its end, keeps one shape.
 */
export async function* sample(
  model: GPT,
  vocabulary: Vocabulary,
  prompt: string,
  { characters, temperature, generator }: SampleSettings,
): AsyncGenerator<string, void, undefined> {
  const { context } = model.sizes;
  const said = [...encode(vocabulary, prompt)];
  for (let i = 0; i < characters; i++) {
    const seen = said.slice(-context);
    const window = new Int32Array(context);
    window.set(seen);
    const draw = (): Tensor => {
      const logits = model(tensor(window, { shape: [1, context] })).at(0, seen.length - 1);
      const gumbel = rand([vocabulary.size], { generator }).log().neg().log().neg();
      const scores = logits.div(temperature).add(gumbel);
      return scores
        .narrow(0, 1, vocabulary.size - 1)
        .argmax()
        .add(1); // 0 is no character
    };
    const [reading] = scope(() => [noGrad(draw).item()]);
    const next = await reading;
    said.push(next);
    yield vocabulary.decode([next]).join("");
  }
}
