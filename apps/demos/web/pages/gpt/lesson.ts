import { type Tensor, tensor } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import { loadMobyDick } from "@wgrad/datasets/data";
import { functional as F } from "@wgrad/nn";
import mobyDick from "packed/moby-dick.jsonl.gz?url";
import { KneserNey } from "../../../src/gpt/kneser-ney.ts";
import { GPT } from "../../../src/gpt/model.ts";
import { perplexityOn, train } from "../../../src/gpt/train.ts";
import { charactersOf, encode } from "../../../src/shared/characters.ts";
import { t } from "../../../src/shared/language.ts";
import { cutNovel } from "../../../src/shared/texts.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";
import { type Look, lookInto } from "./attention.ts";
import { Writer } from "./writer.ts";

/** A text, and the step at which it was finished. */
export interface Sample {
  readonly step: number;
  readonly prompt: string;
  readonly written: string;
}

export interface Snapshot {
  readonly prompt: string;
  /** What the model has written behind the prompt so far. */
  readonly written: string;
  /** Texts from earlier in the training, the latest first. */
  readonly earlier: readonly Sample[];
  /** Perplexities of counting runs of 1, 2, … characters, as far as they have been counted. */
  readonly counted: readonly number[];
  /** What the model does to say the next character. */
  readonly look: Look;
}

/** A prompt to begin with, or to write on, or a text to look into. */
export type Question =
  | { readonly prompt: string }
  | { readonly on: true }
  | { readonly look: string };

/** Characters of a text. */
export const LONG = 240;
const KEPT = 3;
/** Milliseconds of a frame in which the model writes. */
const WRITING = 12;
const ORDERS = 5;
/** Pieces of the novel's last tenth that perplexity is measured on: whole batches. */
const PIECES = 128;
const FIRST = "Call me Ishmael";

interface Book {
  readonly vocabulary: Vocabulary;
  readonly novel: string;
  readonly novelEnd: string;
  readonly learned: Int32Array;
}

/** A GPT learns a novel character by character, and writes as it does. */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const { vocabulary, novel, novelEnd, learned } = await book(fetch);
  const [features, context] = [numberOf(settings, "features"), numberOf(settings, "context")];
  const batchSize = numberOf(settings, "batch");
  const layers = numberOf(settings, "layers");
  const model = hold(new GPT({ vocabulary: vocabulary.size, features, layers, heads: 4, context }));
  const writer = new Writer(model, vocabulary, FIRST, numberOf(settings, "temperature"));
  const end = novelEnd.slice(0, PIECES * context + 1);
  const unseen = encode(vocabulary, end);
  const counted: number[] = [];
  let earlier: readonly Sample[] = [];
  let at = 0;

  return {
    model,
    inputShape: [batchSize, context],
    inputType: "i32",
    async *train(now) {
      const [steps, lr] = [numberOf(now, "steps"), numberOf(now, "lr")];
      for await (const step of train(model, learned, { steps, lr, batchSize })) {
        at = step.step;
        yield step;
      }
    },
    async loss() {
      const { inputs, targets } = piecesOf(learned, context, 16);
      return () => F.crossEntropy(model(inputs).flatten(0, 1), targets.flatten());
    },
    async snapshot() {
      const { prompt, written } = writer;
      if (written.length >= LONG && earlier[0]?.step !== at) {
        earlier = [{ step: at, prompt, written }, ...earlier].slice(0, KEPT);
        writer.begin(prompt);
      }
      await writer.write(WRITING, LONG);
      const now = { prompt: writer.prompt, written: writer.written };
      const look = await lookInto(model, vocabulary, now.prompt + now.written);
      return { ...now, earlier, counted: [...counted], look };
    },
    async measures() {
      if (counted.length < ORDERS) {
        counted.push(new KneserNey(novel, counted.length + 1).perplexity(end));
      }
      return { perplexity: await perplexityOn(model, unseen) };
    },
    set(name, value) {
      if (name === "temperature") writer.temperature = Number(value);
    },
    async ask(question) {
      const asked = question as Question;
      if ("look" in asked) return lookInto(model, vocabulary, asked.look);
      if ("prompt" in asked) writer.begin(asked.prompt);
      await writer.write(WRITING, LONG);
      return writer.written;
    },
  };
}

/** Pieces that lie evenly in a text, and the same one character further on. */
function piecesOf(text: Int32Array, length: number, count: number) {
  const rows = (by: number): Int32Array[] =>
    Array.from({ length: count }, (_, k) => {
      const at = Math.floor((k * (text.length - length - 1)) / count) + by;
      return text.slice(at, at + length);
    });
  const all = (by: number): Tensor =>
    tensor(
      rows(by).map((row) => [...row]),
      { dtype: "i32" },
    );
  return { inputs: all(0), targets: all(1) };
}

let loaded: Promise<Book> | null = null;

/** Moby-Dick, kept for the visit. */
function book(fetch: Desk["fetch"]): Promise<Book> {
  const load = async (): Promise<Book> => {
    const documents = await fetch(mobyDick, t("Moby-Dick"));
    const { text } = await loadMobyDick({ from: { documents } });
    const parts = cutNovel(text);
    const vocabulary = charactersOf(parts.novel);
    return { ...parts, vocabulary, learned: encode(vocabulary, parts.novel) };
  };
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}
