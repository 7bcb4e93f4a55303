import { ArgumentError, type Tensor, tensor } from "@wgrad/autograd";
import { Cache, type CacheShape, CrossCache } from "../cache.ts";
import type { Config } from "../config.ts";
import type { CausalOptions, LogitsOutput } from "../outputs.ts";
import type {
  DecoderState,
  SequenceOptions,
  SequenceOutput,
  StackOutput,
} from "../sequence-to-sequence.ts";

/** A decoder that predicts the next token. */
export interface CausalModel {
  (ids: Tensor, options?: CausalOptions): LogitsOutput;
  readonly config: Config;
  readonly maxLength: number;
  cacheShape(batch: number, length: number): CacheShape;
}

/** An encoder and a decoder that predicts the next token. */
export interface SequenceModel {
  (ids: Tensor | null, options?: SequenceOptions): SequenceOutput;
  encode(ids: Tensor, options?: SequenceOptions): StackOutput;
  readonly config: Config;
  readonly maxLength: number;
  cacheShape(batch: number, length: number): CacheShape;
}

/**
 * A model for `generate`: GPT-2, Llama, Qwen2, T5, Marian, or a custom model with these methods.
 */
export type GenerativeModel = CausalModel | SequenceModel;

/** A model together with its sequences. */
export interface Decoder {
  readonly config: Config;
  /** Initial sequences: the prompt, or the start token of an encoder-decoder model. */
  readonly start: readonly (readonly number[])[];
  /** The logits of the next tokens: [batch, vocabulary]. */
  next(sequences: readonly (readonly number[])[]): Tensor;
  dispose(): void;
}

interface DecoderOptions {
  readonly maxNewTokens?: number;
  readonly useCache?: boolean;
}

const matrix = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(Int32Array.from(rows.flat()), { shape: [rows.length, (rows[0] as number[]).length] });

const isSequenceModel = (model: GenerativeModel): model is SequenceModel => "encode" in model;

/** Makes the decoder for a model and its prompt. */
export function decoderOf(
  model: GenerativeModel,
  rows: readonly number[][],
  mask: readonly number[][] | null,
  options: DecoderOptions,
): Decoder {
  return isSequenceModel(model)
    ? sequenceDecoder(model, rows, mask, options)
    : causalDecoder(model, rows, mask, options);
}

/** Refuses more tokens than the model has positions for. */
function checkLength(length: number, most: number): void {
  if (length <= most) return;
  throw new ArgumentError(
    `generate: ${length} tokens in total, but the model has ${most} positions\n  hint: use a shorter prompt or a smaller maxNewTokens`,
  );
}

function causalDecoder(
  model: CausalModel,
  rows: readonly number[][],
  mask: readonly number[][] | null,
  { maxNewTokens = 20, useCache = true }: DecoderOptions,
): Decoder {
  const prompt = (rows[0] as number[]).length;
  const length = prompt + maxNewTokens;
  checkLength(length, model.maxLength);
  // the last added token is never read
  const cache = useCache ? new Cache(model.cacheShape(rows.length, length - 1)) : null;
  const seen = mask?.map((row) => [...row]) ?? null;
  let read = 0;
  return {
    config: model.config,
    start: rows,
    next(sequences) {
      const from = cache === null ? 0 : read;
      const total = (sequences[0] as number[]).length;
      for (const row of seen ?? []) while (row.length < total) row.push(1);
      const fresh = sequences.map((row) => row.slice(from));
      read = total;
      const { logits } = model(matrix(fresh), {
        cache,
        lastOnly: true,
        attentionMask: seen && matrix(seen.map((row) => row.slice(from))),
        positionIds: seen && matrix(positionsIn(seen).map((row) => row.slice(from))),
      });
      return logits.select(1, 0);
    },
    dispose: () => cache?.dispose(),
  };
}

/** Positions count the tokens that are not padding; padding has position 1, as in transformers. */
const positionsIn = (mask: readonly (readonly number[])[]): number[][] =>
  mask.map((row) => {
    let count = 0;
    return row.map((one) => {
      count += one;
      return one === 0 ? 1 : count - 1;
    });
  });

function sequenceDecoder(
  model: SequenceModel,
  rows: readonly number[][],
  mask: readonly number[][] | null,
  { maxNewTokens = 20, useCache = true }: DecoderOptions,
): Decoder {
  const { decoder_start_token_id: begin, pad_token_id: padding = 0 } = model.config;
  const first = (begin ?? padding) as number;
  checkLength((rows[0] as number[]).length, model.maxLength);
  checkLength(maxNewTokens + 1, model.maxLength);
  const state: DecoderState | null = useCache
    ? { cache: new Cache(model.cacheShape(rows.length, maxNewTokens)), cross: new CrossCache() }
    : null;
  const attentionMask = mask && matrix(mask);
  let encoderOutput: Tensor | null = null;
  return {
    config: model.config,
    start: rows.map(() => [first]),
    next(sequences) {
      encoderOutput ??= model.encode(matrix(rows), { attentionMask }).x;
      const fresh = state === null ? sequences : sequences.map((row) => row.slice(-1));
      const { logits } = model(null, {
        encoderOutput,
        attentionMask,
        state,
        decoderInputIds: matrix(fresh),
        lastOnly: true,
      });
      return logits.select(1, 0);
    },
    dispose: () => state?.cache.dispose(),
  };
}
