import {
  ArgumentError,
  argmax,
  type Generator,
  noGrad,
  rand,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import type { Config } from "../config.ts";
import { type Decoder, decoderOf, type GenerativeModel } from "./decoder.ts";
import {
  checkLogitsSettings,
  type LogitsSettings,
  probabilitiesOf,
  processLogits,
} from "./logits.ts";

/** Settings of `generate`. */
export interface GenerateOptions extends LogitsSettings {
  /** Maximum number of new tokens (default 20). */
  readonly maxNewTokens?: number;
  /**
   * [batch, length] of 0 and 1. A decoder needs padding on the left; an encoder accepts either
   * side.
   */
  readonly attentionMask?: Tensor | readonly (readonly number[])[];
  /** Samples from the distribution; otherwise takes the likeliest token. */
  readonly doSample?: boolean;
  /** Generator of the samples (default: the default generator). */
  readonly generator?: Generator;
  /** Token that ends a sequence (default: from the config); null for none. */
  readonly eosTokenId?: number | readonly number[] | null;
  /** Token after the end of a sequence (default: from the config, or the end token). */
  readonly padTokenId?: number;
  /** Called after every token with the new tokens; true ends the sequence. */
  readonly stop?: (ids: readonly number[]) => boolean;
  /** Caches keys and values (default true); otherwise every step runs the whole sequence. */
  readonly useCache?: boolean;
  readonly signal?: AbortSignal;
  /** Receives the raw logits of each step: [batch, vocabulary]. */
  onLogits?(logits: Tensor): void;
}

const SIGNATURE =
  "{ maxNewTokens: number, attentionMask, doSample: boolean, generator, eosTokenId, padTokenId: number, stop: function, useCache: boolean, signal, onLogits: function, repetitionPenalty: number, noRepeatNgramSize: number, temperature: number, topK: number, topP: number, minP: number, typicalP: number }";

/** Token ids: a tensor [batch, length], or rows of numbers. */
export type TokenIds = Tensor | readonly (readonly number[])[] | readonly number[];

/**
 * Continues token ids. A decoder returns the prompt and the new tokens; an encoder-decoder model
 * returns its output from the start token on: [batch, length], i32.
 *
 * With a cache, every step runs the same plan in constant memory.
 */
export async function generate(
  model: GenerativeModel,
  ids: TokenIds,
  options: GenerateOptions = {},
): Promise<Tensor> {
  checkCall(`generate(model: module, ids: tensor | array, ${SIGNATURE})`, arguments);
  const rows = await rowsOf("generate", ids);
  const decoder = decoderOf(model, rows, await maskRows(options, rows), options);
  const sequences = decoder.start.map((row) => [...row]);
  for await (const _ of steps(decoder, sequences, options));
  return tensor(Int32Array.from(sequences.flat()), {
    shape: [sequences.length, (sequences[0] as number[]).length],
  });
}

/** Like `generate`, but yields one token for every sequence of the batch at a time. */
export async function* generateStream(
  model: GenerativeModel,
  ids: TokenIds,
  options: GenerateOptions = {},
): AsyncGenerator<readonly number[]> {
  checkCall(`generateStream(model: module, ids: tensor | array, ${SIGNATURE})`, arguments);
  const rows = await rowsOf("generateStream", ids);
  const decoder = decoderOf(model, rows, await maskRows(options, rows), options);
  const sequences = decoder.start.map((row) => [...row]);
  yield* steps(decoder, sequences, options);
}

/** Adds tokens to the sequences, one for each per step. */
async function* steps(
  decoder: Decoder,
  sequences: readonly number[][],
  options: GenerateOptions,
): AsyncGenerator<readonly number[]> {
  const { maxNewTokens = 20, eosTokenId, stop, signal, onLogits } = options;
  const call = "generate";
  checkLogitsSettings(call, options);
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    throw new ArgumentError(
      `${call}: maxNewTokens is ${maxNewTokens}\n  hint: a whole number, 1 or more`,
    );
  const ends = new Set(endsOf(decoder.config, eosTokenId));
  const padding = options.padTokenId ?? paddingOf(decoder.config, ends);
  const news: number[][] = sequences.map(() => []);
  const done = sequences.map(() => false);
  try {
    for (let step = 0; step < maxNewTokens && done.includes(false); step++) {
      signal?.throwIfAborted();
      const logits = noGrad(() => decoder.next(sequences));
      onLogits?.(logits);
      const chosen = await choose(logits, sequences, options);
      const next = chosen.map((id, i) => (done[i] === true ? padding : id));
      next.forEach((id, i) => {
        if (done[i] === true) return;
        const row = news[i] as number[];
        row.push(id);
        done[i] = ends.has(id) || (stop?.(row) ?? false);
      });
      sequences.forEach((row, i) => {
        row.push(next[i] as number);
      });
      yield next;
    }
  } finally {
    decoder.dispose();
  }
}

/** Chooses the next token of each sequence. */
async function choose(
  logits: Tensor,
  sequences: readonly number[][],
  options: GenerateOptions,
): Promise<number[]> {
  const { doSample = false, generator, repetitionPenalty = 1, noRepeatNgramSize = 0 } = options;
  if (!doSample && repetitionPenalty === 1 && noRepeatNgramSize === 0)
    return [...(await argmax(logits, -1).data())];
  const vocabulary = logits.shape[1] as number;
  const { temperature, topK, topP, minP, typicalP } = options;
  const always = { repetitionPenalty, noRepeatNgramSize };
  const given = { temperature, topK, topP, minP, typicalP };
  const settings = { ...always, ...(doSample ? defined(given) : {}) };
  const [values, draws] = await Promise.all([
    logits.data(),
    doSample ? rand([sequences.length], generator && { generator }).data() : null,
  ]);
  return sequences.map((ids, i) => {
    const row = values.subarray(i * vocabulary, (i + 1) * vocabulary);
    const scores = processLogits(row, ids, settings);
    return draws === null ? bestOf(scores) : drawFrom(scores, draws[i] as number);
  });
}

/** The settings that are not undefined. */
const defined = (settings: object): LogitsSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

function bestOf(scores: Float64Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++)
    if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}

/** The token at which the cumulative probability exceeds a draw from [0, 1). */
function drawFrom(scores: Float64Array, draw: number): number {
  const probabilities = probabilitiesOf(scores);
  let sum = 0;
  let last = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] as number;
    if (p === 0) continue;
    sum += p;
    last = i;
    if (draw < sum) return i;
  }
  return last;
}

function endsOf(config: Config, given: GenerateOptions["eosTokenId"]): readonly number[] {
  const ends = given === undefined ? (config.eos_token_id ?? null) : given;
  if (ends === null) return [];
  return Array.isArray(ends) ? ends : [ends as number];
}

function paddingOf(config: Config, ends: ReadonlySet<number>): number {
  const [end = 0] = ends;
  return typeof config.pad_token_id === "number" ? config.pad_token_id : end;
}

async function rowsOf(call: string, ids: TokenIds): Promise<number[][]> {
  const given = "tolist" in ids ? ((await ids.tolist()) as number[] | number[][]) : ids;
  const rows = (typeof given[0] === "number" ? [given] : given) as number[][];
  const length = rows[0]?.length ?? 0;
  if (length > 0 && rows.every((row) => row.length === length)) return rows.map((row) => [...row]);
  throw new ArgumentError(
    `${call}: needs non-empty sequences of equal length` +
      "\n  hint: pad on the left and pass attentionMask",
  );
}

async function maskRows(
  { attentionMask }: GenerateOptions,
  rows: readonly number[][],
): Promise<number[][] | null> {
  if (attentionMask === undefined) return null;
  const mask = (
    "tolist" in attentionMask ? await attentionMask.tolist() : attentionMask
  ) as number[][];
  const fits =
    mask.length === rows.length && mask.every((row, i) => row.length === rows[i]?.length);
  if (!fits) throw new ArgumentError("generate: attentionMask must have the shape of the ids");
  if (mask.every((row) => row.every((one) => Number(one) === 1))) return null;
  return mask.map((row) => row.map(Number));
}
