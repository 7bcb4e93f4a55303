import { ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of chrF. */
export interface ChrfOptions {
  /** The longest runs of letters (default 6). */
  readonly charOrder?: number;
  /** The longest runs of words; 2 is chrF++ (default 0). */
  readonly wordOrder?: number;
  /** What recall weighs against precision (default 2). */
  readonly beta?: number;
  /** Spaces do not count among letters (default true). */
  readonly removeWhitespace?: boolean;
  readonly lowercase?: boolean;
}

/**
 * chrF (Popović 2015) as SacreBLEU reports it, in percent. `referenceStreams[k][i]` is the k-th
 * reference of hypothesis i; each is compared with its best.
 */
export function corpusChrf(
  hypotheses: readonly string[],
  referenceStreams: readonly (readonly string[])[],
  options: ChrfOptions = {},
): number {
  checkCall(
    "corpusChrf(hypotheses, referenceStreams, { charOrder: number, wordOrder: number, beta: number, removeWhitespace: boolean, lowercase: boolean })",
    arguments,
  );
  const stray = referenceStreams.find((stream) => stream.length !== hypotheses.length);
  if (stray !== undefined || referenceStreams.length === 0) {
    throw new ShapeError(
      `corpusChrf: ${hypotheses.length} hypotheses, but ${stray?.length ?? 0} references in a stream`,
    );
  }
  const { beta = 2 } = options;
  const total: Counts[] = [];
  hypotheses.forEach((hypothesis, i) => {
    const candidates = referenceStreams.map((stream) =>
      countsOf(hypothesis, stream[i] as string, options),
    );
    const best = candidates.reduce((a, b) => (score(b, beta) > score(a, beta) ? b : a));
    best.forEach((count, k) => {
      const sum = total[k] ?? { said: 0, wanted: 0, shared: 0 };
      total[k] = {
        said: sum.said + count.said,
        wanted: sum.wanted + count.wanted,
        shared: sum.shared + count.shared,
      };
    });
  });
  return score(total, beta);
}

/** chrF of one sentence against its best reference, in percent. */
export function sentenceChrf(
  hypothesis: string,
  references: readonly string[],
  options: ChrfOptions = {},
): number {
  checkCall(
    "sentenceChrf(hypothesis: string, references, { charOrder: number, wordOrder: number, beta: number, removeWhitespace: boolean, lowercase: boolean })",
    arguments,
  );
  return corpusChrf(
    [hypothesis],
    references.map((reference) => [reference]),
    options,
  );
}

/** Runs of one length: how many each side has, and how many they share. */
interface Counts {
  readonly said: number;
  readonly wanted: number;
  readonly shared: number;
}

function countsOf(hypothesis: string, reference: string, options: ChrfOptions): Counts[] {
  const { charOrder = 6, wordOrder = 0, removeWhitespace = true, lowercase = false } = options;
  const cased = (text: string): string => (lowercase ? text.toLowerCase() : text);
  const letters = (text: string): string[] => [
    ...(removeWhitespace ? cased(text).replace(/\s+/g, "") : cased(text)),
  ];
  const tokens = (text: string): string[] => wordsOf(cased(text));
  const orders = (units: (text: string) => string[], most: number, mark: string): Counts[] =>
    Array.from({ length: most }, (_, n) =>
      compared(units(hypothesis), units(reference), n + 1, mark),
    );
  return [...orders(letters, charOrder, ""), ...orders(tokens, wordOrder, " ")];
}

function compared(h: readonly string[], r: readonly string[], n: number, mark: string): Counts {
  const [a, b] = [runs(h, n, mark), runs(r, n, mark)];
  const sum = (counts: Map<string, number>): number =>
    [...counts.values()].reduce((x, y) => x + y, 0);
  let shared = 0;
  for (const [run, count] of a) shared += Math.min(count, b.get(run) ?? 0);
  // without a run in the reference nothing is compared
  return { said: b.size > 0 ? sum(a) : 0, wanted: sum(b), shared };
}

function runs(list: readonly string[], n: number, mark: string): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i + n <= list.length; i++) {
    const run = list.slice(i, i + n).join(mark);
    found.set(run, (found.get(run) ?? 0) + 1);
  }
  return found;
}

/** Words, with a mark of punctuation at their end or beginning apart. */
function wordsOf(text: string): string[] {
  const isMark = (letter: string | undefined): boolean =>
    letter !== undefined && /[!-/:-@[-`{-~]/.test(letter);
  return text.split(/\s+/).flatMap((word) => {
    if (word === "") return [];
    if (word.length === 1) return [word];
    if (isMark(word.at(-1))) return [word.slice(0, -1), word.slice(-1)];
    return isMark(word[0]) ? [word.slice(0, 1), word.slice(1)] : [word];
  });
}

function score(counts: readonly Counts[], beta: number): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (const { said, wanted, shared } of counts) {
    if (said === 0 || wanted === 0) continue;
    precision += shared / said;
    recall += shared / wanted;
    orders++;
  }
  if (orders === 0 || precision + recall === 0) return 0;
  [precision, recall] = [precision / orders, recall / orders];
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}
