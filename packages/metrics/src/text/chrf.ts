import { ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Settings of chrF. */
export interface ChrfOptions {
  /** Greatest n of the character n-grams (default 6). */
  readonly charOrder?: number;
  /** Greatest n of the word n-grams; 2 gives chrF++ (default 0). */
  readonly wordOrder?: number;
  /** Weight β of recall relative to precision (default 2). */
  readonly beta?: number;
  /** Excludes spaces from character n-grams (default true). */
  readonly removeWhitespace?: boolean;
  readonly lowercase?: boolean;
}

/**
 * chrF (Popović 2015) in percent, as SacreBLEU computes it. `referenceStreams[k][i]` is the k-th
 * reference of hypothesis i; each hypothesis is compared with its best reference.
 */
export function corpusChrf(
  hypotheses: readonly string[],
  referenceStreams: readonly (readonly string[])[],
  options: ChrfOptions = {},
): number {
  checkCall(
    "corpusChrf(hypotheses: string[], referenceStreams: string[][], { charOrder: size, wordOrder: count, beta: number, removeWhitespace: boolean, lowercase: boolean })",
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
      const sum = total[k] ?? { hypothesis: 0, reference: 0, shared: 0 };
      total[k] = {
        hypothesis: sum.hypothesis + count.hypothesis,
        reference: sum.reference + count.reference,
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
    "sentenceChrf(hypothesis: string, references: string[], { charOrder: size, wordOrder: count, beta: number, removeWhitespace: boolean, lowercase: boolean })",
    arguments,
  );
  return corpusChrf(
    [hypothesis],
    references.map((reference) => [reference]),
    options,
  );
}

/** Numbers of n-grams of the hypothesis, of the reference, and of both, for one n. */
interface Counts {
  readonly hypothesis: number;
  readonly reference: number;
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
  // a reference without n-grams of this length does not count
  return { hypothesis: b.size > 0 ? sum(a) : 0, reference: sum(b), shared };
}

function runs(list: readonly string[], n: number, mark: string): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i + n <= list.length; i++) {
    const run = list.slice(i, i + n).join(mark);
    found.set(run, (found.get(run) ?? 0) + 1);
  }
  return found;
}

/** Words, with leading or trailing punctuation as separate words. */
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
  for (const { hypothesis, reference, shared } of counts) {
    if (hypothesis === 0 || reference === 0) continue;
    precision += shared / hypothesis;
    recall += shared / reference;
    orders++;
  }
  if (orders === 0 || precision + recall === 0) return 0;
  [precision, recall] = [precision / orders, recall / orders];
  return (100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall);
}
