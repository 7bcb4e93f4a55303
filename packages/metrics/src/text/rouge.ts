import { ArgumentError, ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice } from "../check.ts";

/** N-grams of n words, or the longest common subsequence. */
export type RougeKey = `rouge${number}` | "rougeL";

/** Settings of rougeScore. */
export interface RougeOptions {
  readonly rougeKeys?: readonly RougeKey[];
  /** With several references: the one with the best F, or the mean (default "best"). */
  readonly accumulate?: "best" | "avg";
}

/** Precision, recall and F₁ of the shared n-grams or subsequence. */
export interface Rouge {
  readonly precision: number;
  readonly recall: number;
  readonly fmeasure: number;
}

/**
 * ROUGE scores (Lin 2004) by key, averaged over pairs. Words are sequences of letters and digits,
 * in lower case. Pass one list of references per hypothesis.
 */
export function rougeScore(
  hypotheses: readonly string[],
  references: readonly (string | readonly string[])[],
  options: RougeOptions = {},
): Record<RougeKey, Rouge> {
  checkCall(
    'rougeScore(hypotheses: string[], references: array, { rougeKeys, accumulate: "best" | "avg" })',
    arguments,
  );
  const { rougeKeys = ["rouge1", "rouge2", "rougeL"], accumulate = "best" } = options;
  checkChoice("rougeScore", "accumulate", accumulate, ["best", "avg"]);
  for (const key of rougeKeys) {
    if (/^rouge([1-9]|L)$/.test(key)) continue;
    throw new ArgumentError(
      `rougeScore: there is no ${key}\n  hint: use "rouge1" to "rouge9" or "rougeL"`,
    );
  }
  if (hypotheses.length !== references.length || hypotheses.length === 0) {
    throw new ShapeError(
      `rougeScore: ${hypotheses.length} hypotheses, but ${references.length} lists of references\n  hint: pass one list per hypothesis`,
    );
  }
  const each = hypotheses.map((hypothesis, i) => {
    const own = [references[i] as string | readonly string[]].flat();
    const scores = own.map((reference) =>
      rougeKeys.map((key) => rouge(key, tokens(hypothesis), tokens(reference))),
    );
    return rougeKeys.map((_, k) => {
      const all = scores.map((row) => row[k] as Rouge);
      return accumulate === "avg" ? mean(all) : best(all);
    });
  });
  return Object.fromEntries(
    rougeKeys.map((key, k) => [key, mean(each.map((row) => row[k] as Rouge))]),
  ) as Record<RougeKey, Rouge>;
}

const tokens = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .split(" ")
    .filter((word) => word !== "");

const best = (scores: readonly Rouge[]): Rouge =>
  scores.reduce((a, b) => (b.fmeasure > a.fmeasure ? b : a));

function mean(scores: readonly Rouge[]): Rouge {
  const of = (name: keyof Rouge): number =>
    scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return { precision: of("precision"), recall: of("recall"), fmeasure: of("fmeasure") };
}

function rouge(key: RougeKey, h: readonly string[], r: readonly string[]): Rouge {
  if (key === "rougeL") return fractions(longestCommon(h, r), h.length, r.length);
  const n = Number(key.slice("rouge".length));
  const [a, b] = [runs(h, n), runs(r, n)];
  let shared = 0;
  for (const [run, count] of a) shared += Math.min(count, b.get(run) ?? 0);
  return fractions(shared, Math.max(0, h.length - n + 1), Math.max(0, r.length - n + 1));
}

function fractions(shared: number, hypothesis: number, reference: number): Rouge {
  const precision = hypothesis === 0 ? 0 : shared / hypothesis;
  const recall = reference === 0 ? 0 : shared / reference;
  const fmeasure = shared === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, fmeasure };
}

function runs(list: readonly string[], n: number): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i + n <= list.length; i++) {
    const run = list.slice(i, i + n).join(" ");
    found.set(run, (found.get(run) ?? 0) + 1);
  }
  return found;
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    for (let j = 1; j <= b.length; j++) {
      const same = (row[j - 1] as number) + 1;
      next.push(word === b[j - 1] ? same : Math.max(row[j] as number, next[j - 1] as number));
    }
    row = next;
  }
  return row[b.length] as number;
}
