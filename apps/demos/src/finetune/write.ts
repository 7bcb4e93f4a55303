import type { Generator } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import { type GPT2LMHeadModel, generateStream } from "@wgrad/models";
import { encode } from "../shared/characters.ts";

export interface WriteSettings {
  readonly characters: number;
  readonly temperature?: number;
  readonly generator?: Generator;
  /** Keys and values of what is written are kept: a step reads one character, not all. */
  readonly useCache?: boolean;
}

/** Continues a prompt, character by character. */
export async function* write(
  model: GPT2LMHeadModel,
  vocabulary: Vocabulary,
  prompt: string,
  { characters, temperature, generator, useCache = true }: WriteSettings,
): AsyncGenerator<string, void, undefined> {
  const settings = {
    maxNewTokens: characters,
    useCache,
    ...(temperature !== undefined && { doSample: true, temperature }),
    ...(generator !== undefined && { generator }),
  };
  for await (const ids of generateStream(model, [[...encode(vocabulary, prompt)]], settings))
    yield vocabulary.decode(ids).join("");
}
