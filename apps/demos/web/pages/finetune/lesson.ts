import { Generator } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import { loadMobyDick, loadStateOfTheUnion } from "@wgrad/datasets/data";
import type { GPT2LMHeadModel } from "@wgrad/models";
import { type AnyModule, ModuleDict, ParameterList } from "@wgrad/nn";
import mobyDick from "packed/moby-dick.jsonl.gz?url";
import stateOfTheUnion from "packed/state-of-the-union.jsonl.gz?url";
import { adapterOf, characterGpt, countOf } from "../../../src/finetune/model.ts";
import { perplexityOn, train } from "../../../src/finetune/train.ts";
import { write } from "../../../src/finetune/write.ts";
import { charactersOf, encode } from "../../../src/shared/characters.ts";
import { t } from "../../../src/shared/language.ts";
import { cutNovel, lincoln } from "../../../src/shared/texts.ts";
import { type Desk, numberOf, type Run } from "../../worker/run.ts";

/** What one way of learning has reached after so many steps on the speeches. */
export interface Point {
  readonly step: number;
  readonly lora: number;
  readonly full: number;
}

/** What each writes behind the prompt. */
export interface Samples {
  readonly prompt: string;
  readonly lora: string;
  readonly full: string;
}

export interface Snapshot {
  /** Whether it still reads the novel. */
  readonly reading: boolean;
  /** Steps that are taken on the speeches. */
  readonly steps: number;
  /** Perplexities on a speech that none reads, as measured so far. */
  readonly points: readonly Point[];
  readonly samples: Samples | null;
  /** Numbers that learn: the adapter's, and all. */
  readonly numbers: { readonly lora: number; readonly full: number };
}

const PROMPT = "The people of the ";
const LONG = 40;
const SIZES = { features: 32, layers: 2, heads: 4, context: 64 };
const BATCH = 4;
/** Pieces of the speech that perplexity is measured on: a batch. */
const PIECES = 32;

interface Book {
  readonly vocabulary: Vocabulary;
  readonly novel: Int32Array;
  readonly speeches: Int32Array;
  readonly unread: Int32Array;
}

/** A GPT reads a novel, then speeches in two ways: every weight learns, or only LoRA's. */
export async function begin({ settings, fetch, hold }: Desk): Promise<Run<Snapshot>> {
  const { vocabulary, novel, speeches, unread } = await book(fetch);
  const make = (): GPT2LMHeadModel => hold(characterGpt({ vocabulary: vocabulary.size, ...SIZES }));
  const [base, full, adapted] = [make(), make(), make()];
  const adapter = adapterOf(adapted, numberOf(settings, "r"));
  const list = hold(new ParameterList(adapter.parameters()));
  const model = hold(new ModuleDict<AnyModule>({ base, full, adapted, adapter: list }));
  const piece = unread.subarray(0, PIECES * SIZES.context + 1);
  let reading = true;
  let at = 0;
  let points: readonly Point[] = [];
  let samples: Samples | null = null;

  const said = async (by: GPT2LMHeadModel): Promise<string> => {
    let text = "";
    const how = { characters: LONG, temperature: 0.6, generator: new Generator(7) };
    for await (const character of write(by, vocabulary, PROMPT, how)) text += character;
    return text;
  };

  return {
    model,
    inStages: true,
    async *train(now) {
      const [first, then] = [numberOf(now, "pretrain"), numberOf(now, "steps")];
      const steps = first + then;
      const how = { batchSize: BATCH, lr: 8e-3, steps: first };
      for await (const step of train(base, base.parameters(), novel, how))
        yield { ...step, step: step.step, steps };
      for (const each of [full, adapted]) each.loadStateDict(base.stateDict());
      reading = false;
      const whole = train(full, full.parameters(), speeches, { ...how, lr: 3e-3, steps: then });
      const beside = train(adapted, adapter.parameters(), speeches, {
        ...how,
        lr: 1e-2,
        steps: then,
      });
      for await (const step of beside) {
        await whole.next();
        at = step.step;
        yield { ...step, step: first + step.step, steps };
      }
    },
    snapshot: async () => ({
      reading,
      steps: numberOf(settings, "steps"),
      points,
      samples,
      numbers: { lora: countOf(adapter.parameters()), full: countOf(full.parameters()) },
    }),
    async measures() {
      if (reading) {
        const before = await perplexityOn(base, piece);
        points = [];
        return { lora: before, full: before };
      }
      const reached = {
        lora: await perplexityOn(adapted, piece),
        full: await perplexityOn(full, piece),
      };
      if (points.at(-1)?.step !== at) points = [...points, { step: at, ...reached }];
      samples = { prompt: PROMPT, lora: await said(adapted), full: await said(full) };
      return reached;
    },
  };
}

let loaded: Promise<Book> | null = null;

/** Moby-Dick, three speeches of Lincoln's and the fourth, kept for the visit. */
function book(fetch: Desk["fetch"]): Promise<Book> {
  const load = async (): Promise<Book> => {
    const { text } = await loadMobyDick({
      from: { documents: await fetch(mobyDick, t("Moby-Dick")) },
    });
    const documents = await fetch(stateOfTheUnion, t("speeches (4 MB)"));
    const { table } = await loadStateOfTheUnion({ from: { documents } });
    const { novel } = cutNovel(text);
    const vocabulary = charactersOf(novel);
    const { speeches, lastSpeech } = lincoln(table);
    const read = (part: string): Int32Array => encode(vocabulary, part);
    return { vocabulary, novel: read(novel), speeches: read(speeches), unread: read(lastSpeech) };
  };
  loaded ??= load();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}
