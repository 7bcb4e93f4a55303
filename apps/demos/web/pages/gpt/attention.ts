import { arange, cat, type Tensor, tensor } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import type { GPT } from "../../../src/gpt/model.ts";
import { encode } from "../../../src/shared/characters.ts";
import { floats } from "../../worker/numbers.ts";

/** What the model does to say the next character of a text. */
export interface Look {
  /** The characters that it looks back on, the last one last. */
  readonly characters: string;
  readonly layers: number;
  readonly heads: number;
  /** How much each head of each layer attends to each character: [layers, heads, characters]. */
  readonly weights: Float32Array;
  /** The likeliest next characters, and the chance of each. */
  readonly next: readonly { readonly character: string; readonly chance: number }[];
}

/** Characters that have a bar. */
const SHOWN = 8;

/** Looks into the model at the end of a text. */
export async function lookInto(model: GPT, vocabulary: Vocabulary, text: string): Promise<Look> {
  const { context, heads } = model.sizes;
  const characters = [...(text === "" ? "\n" : text)].slice(-context);
  const numbers = encode(vocabulary, characters.join(""));
  const length = numbers.length;
  // Filled up behind the end, so that every text has one shape.
  const window = new Int32Array(context);
  window.set(numbers);
  const x = tensor(window, { shape: [1, context] });
  const last = tensor([length - 1], { dtype: "i32" });
  const behind = Float32Array.from({ length: context }, (_, i) => (i < length ? 0 : -Infinity));
  const attnMask = tensor(behind, { shape: [1, context] });
  const layers = model.sizes.layers;
  const all = await floats(() => {
    let h = model.tokens(x).add(model.places(arange(context)));
    const attended: Tensor[] = [];
    for (const layer of model.blocks.layers) {
      const normed = layer.norm1(h);
      const [, weights] = layer.selfAttn(normed.indexSelect(1, last), normed, normed, {
        attnMask,
        averageAttnWeights: false,
      });
      if (weights !== null) attended.push(weights.flatten());
      h = layer(h, { isCausal: true });
    }
    const chances = model(x).indexSelect(1, last).softmax(-1).flatten();
    return cat([...attended, chances]);
  });
  const whole = layers * heads * context;
  const weights = all.slice(0, whole).filter((_, i) => i % context < length);
  const next = Array.from(all.subarray(whole), (chance, i) => ({ chance, i }))
    .sort((a, b) => b.chance - a.chance)
    .slice(0, SHOWN)
    .map(({ chance, i }) => ({ character: vocabulary.decode([i])[0] ?? "", chance }));
  return { characters: characters.join(""), layers, heads, weights, next };
}
