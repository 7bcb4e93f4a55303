import { GPT2LMHeadModel, Lora } from "@wgrad/models";

/** Sizes of a GPT on characters. */
export interface Sizes {
  readonly vocabulary: number;
  readonly features: number;
  readonly layers: number;
  readonly heads: number;
  /** The longest text it can look back on. */
  readonly context: number;
}

/** GPT-2's architecture, small: [B, T] numbers of characters → logits [B, T, V]. */
export const characterGpt = (sizes: Sizes): GPT2LMHeadModel =>
  new GPT2LMHeadModel({
    vocab_size: sizes.vocabulary,
    n_positions: sizes.context,
    n_embd: sizes.features,
    n_layer: sizes.layers,
    n_head: sizes.heads,
    ...{ embd_pdrop: 0, resid_pdrop: 0, attn_pdrop: 0 },
    initializer_range: 0.06,
  });

/** A narrow update beside every layer of the model, which is itself frozen: y = W x + 2 B A x, A [r, in], B [out, r]. */
export const adapterOf = (model: GPT2LMHeadModel, r: number): Lora =>
  new Lora(model, { r, loraAlpha: 2 * r, targetModules: "all-linear" });

/** How many numbers there are. */
export const countOf = (values: readonly { readonly shape: readonly number[] }[]): number =>
  values.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
