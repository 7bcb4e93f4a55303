import type { Table } from "@wgrad/datasets";
import { loadMobyDick, loadStateOfTheUnion } from "@wgrad/datasets/data";

/** How much of the texts is used. */
export interface Lengths {
  /** Characters of the novel. */
  readonly novel: number;
  /** Characters of each speech. */
  readonly speech: number;
}

/** Nine tenths of a novel, to learn from, and the last, to look at. */
export interface Novel {
  readonly novel: string;
  readonly novelEnd: string;
}

/** Three speeches of Lincoln's, and the fourth, to look at. */
export interface Speeches {
  readonly speeches: string;
  readonly lastSpeech: string;
}

export interface Texts extends Novel, Speeches {}

export function cutNovel(text: string): Novel {
  const cut = Math.floor(0.9 * text.length);
  return { novel: text.slice(0, cut), novelEnd: text.slice(cut) };
}

/** Lincoln's among the presidents' speeches, each so long at the most. */
export function lincoln(table: Table, longest: number = Number.POSITIVE_INFINITY): Speeches {
  const names = table.strings("name");
  const own = table
    .strings("text")
    .filter((_, i) => names[i] === "Abraham Lincoln")
    .map((speech) => speech.slice(0, longest));
  return { speeches: own.slice(0, -1).join("\n\n"), lastSpeech: own.at(-1) as string };
}

export async function loadTexts(lengths: Lengths): Promise<Texts> {
  const [novel, { table }] = await Promise.all([loadMobyDick(), loadStateOfTheUnion()]);
  return { ...cutNovel(novel.text.slice(0, lengths.novel)), ...lincoln(table, lengths.speech) };
}
