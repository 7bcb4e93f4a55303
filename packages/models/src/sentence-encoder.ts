import { noGrad, normalize, type Tensor, tensor } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { SubwordTokenizer } from "@wgrad/datasets";
import { BertModel } from "./architectures/bert.ts";
import { type FolderOptions, jsonOf, openFolder, PretrainedError } from "./pretrained/folder.ts";
import { fromPretrained } from "./pretrained/from-pretrained.ts";
import { loadTokenizer } from "./pretrained/tokenizer.ts";

/** Means over the tokens that are no padding.  state: [batch, length, width]; mask: [batch, length] → [batch, width]. */
export function meanPool(state: Tensor, mask: Tensor): Tensor {
  if (arguments.length > 2) checkCall("meanPool(state, mask)", arguments);
  const weights = mask.unsqueeze(-1).to(state.dtype);
  return state.mul(weights).sum(1).div(weights.sum(1).clamp(1e-9));
}

/** Sentences as vectors: a BERT whose tokens are averaged, of length 1 where the folder says so. Reimers & Gurevych 2019. */
export class SentenceEncoder {
  readonly model: BertModel;
  readonly tokenizer: SubwordTokenizer;
  private readonly longest: number;
  private readonly normalizes: boolean;
  private readonly padding: number;

  private constructor(
    model: BertModel,
    tokenizer: SubwordTokenizer,
    longest: number,
    normalizes: boolean,
  ) {
    checkCall(
      "new SentenceEncoder(model, tokenizer, longest: number, normalizes: boolean)",
      arguments,
    );
    this.model = model;
    this.tokenizer = tokenizer;
    this.longest = longest;
    this.normalizes = normalizes;
    this.padding = Number(model.config.pad_token_id ?? 0);
  }

  /** A folder as sentence-transformers writes it: BERT's files with `modules.json` and `1_Pooling/config.json`. */
  static async fromPretrained(
    source: string | URL,
    options: FolderOptions = {},
  ): Promise<SentenceEncoder> {
    checkCall(
      "SentenceEncoder.fromPretrained(source, { mirrors, revision: string, cacheFolder: string, offline: boolean, sha256, signal, onProgress: function })",
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
        `SentenceEncoder: ${folder.name} does not take the mean of its tokens`,
      );
    const model = await fromPretrained(source, { ...options, architecture: BertModel });
    const settings = (await jsonOf(folder, "sentence_bert_config.json")) as {
      max_seq_length?: number;
    } | null;
    const longest = settings?.max_seq_length ?? Number(model.config.max_position_embeddings);
    const normalizes = modules.some(({ type }) => type.endsWith("Normalize"));
    return new SentenceEncoder(model, await loadTokenizer(source, options), longest, normalizes);
  }

  /** The vectors of texts: [texts, width]. Longer texts are cut, with their last token kept. */
  encode(texts: readonly string[]): Tensor {
    checkCall("encoder.encode(texts)", arguments);
    const rows = texts.map((text) => {
      const ids = this.tokenizer.encode(text);
      return ids.length <= this.longest
        ? ids
        : [...ids.slice(0, this.longest - 1), ids.at(-1) as number];
    });
    const length = Math.max(...rows.map((row) => row.length));
    const shape = [rows.length, length];
    const padded = rows.flatMap((row) => [
      ...row,
      ...Array(length - row.length).fill(this.padding),
    ]);
    const mask = rows.flatMap((row) => Array.from({ length }, (_, i) => Number(i < row.length)));
    return this.pool(
      tensor(Int32Array.from(padded), { shape }),
      tensor(Int32Array.from(mask), { shape }),
    );
  }

  private pool(ids: Tensor, attentionMask: Tensor): Tensor {
    const run = (): Tensor => {
      const pooled = meanPool(this.model(ids, { attentionMask }).lastHiddenState, attentionMask);
      return this.normalizes ? normalize(pooled, { dim: 1 }) : pooled;
    };
    return this.model.training ? run() : noGrad(run);
  }
}
