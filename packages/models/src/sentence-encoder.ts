import { noGrad, normalize, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { TensorRecord } from "@wgrad/autograd/safetensors";
import type { SubwordTokenizer } from "@wgrad/datasets";
import { BertModel } from "./architectures/bert.ts";
import type { UniversalSentenceEncoder } from "./architectures/universal-sentence-encoder.ts";
import { type FolderOptions, jsonOf, openFolder, PretrainedError } from "./pretrained/folder.ts";
import { fromPretrained } from "./pretrained/from-pretrained.ts";
import { loadTokenizer } from "./pretrained/tokenizer.ts";
import {
  sentencePieceTokenizer,
  universalSentenceEncoderFromTfjs,
} from "./pretrained/universal-sentence-encoder.ts";

/**
 * Means over the tokens that are not padding.  state: [batch, length, width]; mask: [batch, length]
 * → [batch, width].
 */
export function meanPool(state: Tensor, mask: Tensor): Tensor {
  checkCall("meanPool(state, mask)", arguments);
  const weights = mask.unsqueeze(-1).to(state.dtype);
  return state.mul(weights).sum(1).div(weights.sum(1).clamp(1e-9));
}

/** How texts become ids, and how outputs become vectors. */
interface Reading {
  /** Maximum number of tokens. */
  readonly longest: number;
  /** Whether longer texts keep their last token, which marks the end. */
  readonly keepsEnd: boolean;
  readonly padding: number;
  /** ids, mask: [texts, length] → [texts, width] */
  readonly embed: (ids: Tensor, mask: Tensor) => Tensor;
}

/**
 * Vectors of sentences: a model, its tokenizer, and the pooling of its tokens. Reimers & Gurevych
 * 2019.
 */
export class SentenceEncoder<Model extends BertModel | UniversalSentenceEncoder = BertModel> {
  readonly model: Model;
  readonly tokenizer: SubwordTokenizer;
  private readonly reading: Reading;

  private constructor(model: Model, tokenizer: SubwordTokenizer, reading: Reading) {
    checkCall("new SentenceEncoder(model: module, tokenizer: any, reading: any)", arguments);
    this.model = model;
    this.tokenizer = tokenizer;
    this.reading = reading;
  }

  /**
   * A folder of sentence-transformers: BERT's files with `modules.json` and
   * `1_Pooling/config.json`.
   */
  static async fromPretrained(
    source: string | URL,
    options: FolderOptions = {},
  ): Promise<SentenceEncoder> {
    checkCall(
      "SentenceEncoder.fromPretrained(source: any, { mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
      arguments,
    );
    const folder = openFolder(source, options);
    const modules = ((await jsonOf(folder, "modules.json")) ?? []) as { type: string }[];
    const pooling = (await jsonOf(folder, "1_Pooling/config.json")) as Record<
      string,
      unknown
    > | null;
    if (pooling !== null && pooling.pooling_mode_mean_tokens !== true)
      throw new PretrainedError(
        `SentenceEncoder: ${folder.name} does not use mean pooling, which is the only supported one`,
      );
    const model = await fromPretrained(source, { ...options, architecture: BertModel });
    const settings = (await jsonOf(folder, "sentence_bert_config.json")) as {
      max_seq_length?: number;
    } | null;
    const normalizes = modules.some(({ type }) => type.endsWith("Normalize"));
    return new SentenceEncoder(model, await loadTokenizer(source, options), {
      longest: settings?.max_seq_length ?? Number(model.config.max_position_embeddings),
      keepsEnd: true,
      padding: Number(model.config.pad_token_id ?? 0),
      embed(ids, attentionMask) {
        const pooled = meanPool(model(ids, { attentionMask }).lastHiddenState, attentionMask);
        return normalizes ? normalize(pooled, { dim: 1 }) : pooled;
      },
    });
  }

  /**
   * The Universal Sentence Encoder Lite from TensorFlow.js files: its weights, and its vocabulary
   * of `[piece, score]`.
   */
  static fromTfjs(
    weights: Readonly<Record<string, TensorRecord>>,
    vocabulary: readonly (readonly [piece: string, score: number])[],
  ): SentenceEncoder<UniversalSentenceEncoder> {
    checkCall("SentenceEncoder.fromTfjs(weights: object, vocabulary: array)", arguments);
    const model = universalSentenceEncoderFromTfjs(weights);
    return new SentenceEncoder(model, sentencePieceTokenizer(vocabulary), {
      longest: model.maxLength,
      keepsEnd: false,
      padding: 0,
      embed: (ids, mask) => model(ids, mask),
    });
  }

  /** The vectors of texts: [texts, width]. Longer texts are truncated. */
  encode(texts: readonly string[]): Tensor {
    checkCall("encoder.encode(texts: string[])", arguments);
    const { longest, keepsEnd, padding, embed } = this.reading;
    const rows = texts.map((text) => {
      const ids = this.tokenizer.encode(text);
      if (ids.length <= longest) return ids;
      return keepsEnd
        ? [...ids.slice(0, longest - 1), ids.at(-1) as number]
        : ids.slice(0, longest);
    });
    const length = Math.max(1, ...rows.map((row) => row.length));
    const shape = [rows.length, length];
    const padded = rows.flatMap((row) => [...row, ...Array(length - row.length).fill(padding)]);
    const mask = rows.flatMap((row) => Array.from({ length }, (_, i) => Number(i < row.length)));
    const run = (): Tensor =>
      embed(tensor(Int32Array.from(padded), { shape }), tensor(Int32Array.from(mask), { shape }));
    return this.model.training ? run() : noGrad(run);
  }
}
