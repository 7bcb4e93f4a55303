import { ArgumentError, ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice } from "./check.ts";

/** A text, as a list of words or as a string that is split at spaces. */
export type Text = string | readonly string[];

/** Settings of bleuScore. */
export interface BleuScoreOptions {
  /** Greatest n of the n-grams (default 4). */
  readonly nGram?: number;
  /** Weight of each n, from 1 to `nGram` (default: all equal). */
  readonly weights?: readonly number[];
  /**
   * Smoothing of n-grams without matches (Chen & Cherry 2014). "method1" counts 0.1 matches;
   * "method2" adds 1 to both counts for n ≥ 2 (torchmetrics' `smooth`); null makes the score 0
   * (default null).
   */
  readonly smoothing?: "method1" | "method2" | null;
}

/**
 * Corpus BLEU (Papineni et al. 2002), as a fraction: exp(min(0, 1 − r/c) + Σ wₙ log pₙ). pₙ is the
 * fraction of n-grams that occur in a reference; r and c are the total lengths of the closest
 * references and of the candidates. Pass one list of references per candidate.
 */
export function bleuScore(
  candidates: readonly Text[],
  references: readonly (readonly Text[])[],
  options: BleuScoreOptions = {},
): number {
  checkCall(
    'bleuScore(candidates: array, references: array, { nGram: size, weights: list, smoothing: "method1" | "method2" | null })',
    arguments,
  );
  const { weights, nGram = weights?.length ?? 4, smoothing = null } = options;
  checkChoice("bleuScore", "smoothing", smoothing, ["method1", "method2", null]);
  const shares = weights ?? Array<number>(nGram).fill(1 / nGram);
  if (shares.length !== nGram) {
    throw new ArgumentError(`bleuScore: ${shares.length} weights, but nGram is ${nGram}`);
  }
  const { matches, totals, length, closest } = countMatches(
    "bleuScore",
    candidates.map(wordsOf),
    references.map((each) => each.map(wordsOf)),
    nGram,
  );
  if (matches[0] === 0 || length === 0) return 0;
  if (smoothing === null && matches.includes(0)) return 0;
  const more = smoothing === "method2" ? 1 : 0;
  const logs = matches.map((count, n) => {
    const total = Math.max(1, totals[n] as number);
    return Math.log(n > 0 && more > 0 ? (count + more) / (total + more) : (count || 0.1) / total);
  });
  const mean = logs.reduce((sum, value, n) => sum + value * (shares[n] as number), 0);
  return brevity(length, closest) * Math.exp(mean);
}

/** Settings of corpusBleu. */
export interface CorpusBleuOptions {
  readonly lowercase?: boolean;
  /**
   * Tokenizer: the WMT scorer's "13a", split at spaces ("none"), or characters ("char") (default
   * "13a").
   */
  readonly tokenize?: "13a" | "none" | "char";
  /** Smoothing of n-grams without matches (default "exp": ½, ¼, … of a match). */
  readonly smoothMethod?: "exp" | "floor" | "add-k" | "none";
  /** What "floor" (default 0.1) or "add-k" (default 1) adds. */
  readonly smoothValue?: number;
  readonly maxNgramOrder?: number;
  /** Excludes n-grams longer than any hypothesis, for single sentences (default false). */
  readonly effectiveOrder?: boolean;
}

/** A BLEU score and its parts. */
export interface CorpusBleu {
  /** In percent. */
  readonly score: number;
  /** Precision of n-grams for n = 1, 2, …, in percent. */
  readonly precisions: readonly number[];
  /** The brevity penalty. */
  readonly bp: number;
  readonly sysLen: number;
  readonly refLen: number;
  readonly counts: readonly number[];
  readonly totals: readonly number[];
}

/**
 * BLEU in percent, as SacreBLEU computes it (Post 2018); texts are tokenized here.
 * `referenceStreams[k][i]` is the k-th reference of hypothesis i.
 */
export function corpusBleu(
  hypotheses: readonly string[],
  referenceStreams: readonly (readonly string[])[],
  options: CorpusBleuOptions = {},
): CorpusBleu {
  checkCall(
    'corpusBleu(hypotheses: string[], referenceStreams: string[][], { lowercase: boolean, tokenize: "13a" | "none" | "char", smoothMethod: "exp" | "floor" | "add-k" | "none", smoothValue: number, maxNgramOrder: size, effectiveOrder: boolean })',
    arguments,
  );
  const { lowercase = false, tokenize = "13a", smoothMethod = "exp" } = options;
  const { smoothValue = smoothMethod === "floor" ? 0.1 : 1, maxNgramOrder = 4 } = options;
  checkChoice("corpusBleu", "tokenize", tokenize, ["13a", "none", "char"]);
  checkChoice("corpusBleu", "smoothMethod", smoothMethod, ["exp", "floor", "add-k", "none"]);
  const words = (text: string): readonly string[] => {
    const cased = lowercase ? text.toLowerCase() : text;
    if (tokenize === "char") return wordsOf([...cased].join(" "));
    return wordsOf(tokenize === "13a" ? separate(cased) : cased);
  };
  const references = hypotheses.map((_, i) =>
    referenceStreams.map((stream) => {
      if (stream.length === hypotheses.length) return words(stream[i] as string);
      throw new ShapeError(
        `corpusBleu: ${hypotheses.length} hypotheses, but ${stream.length} references in a stream`,
      );
    }),
  );
  const { matches, totals, length, closest } = countMatches(
    "corpusBleu",
    hypotheses.map(words),
    references,
    maxNgramOrder,
  );
  const bp = brevity(length, closest);
  const added = (counts: readonly number[]): number[] =>
    counts.map((count, n) => count + (smoothMethod === "add-k" && n > 0 ? smoothValue : 0));
  const report = {
    bp,
    sysLen: length,
    refLen: closest,
    counts: added(matches),
    totals: added(totals),
  };
  if (matches.every((count) => count === 0))
    return { score: 0, precisions: matches.map(() => 0), ...report };
  let missing = 1;
  const precisions = matches.map((count, n) => {
    const total = totals[n] as number;
    if (total === 0) return 0;
    if (smoothMethod === "add-k" && n > 0)
      return (100 * (count + smoothValue)) / (total + smoothValue);
    if (count > 0) return (100 * count) / total;
    missing *= 2;
    if (smoothMethod === "exp") return 100 / (missing * total);
    return smoothMethod === "floor" ? (100 * smoothValue) / total : 0;
  });
  const empty = totals.indexOf(0);
  const order = options.effectiveOrder && empty >= 0 ? empty : maxNgramOrder;
  const logs = precisions.slice(0, order).reduce((sum, p) => sum + Math.log(p), 0);
  return { score: bp * Math.exp(logs / order), precisions, ...report };
}

/**
 * BLEU of one sentence in percent, as SacreBLEU computes it. N-grams longer than the sentence are
 * excluded.
 */
export function sentenceBleu(
  hypothesis: string,
  references: readonly string[],
  options: CorpusBleuOptions = {},
): CorpusBleu {
  checkCall(
    'sentenceBleu(hypothesis: string, references: string[], { lowercase: boolean, tokenize: "13a" | "none" | "char", smoothMethod: "exp" | "floor" | "add-k" | "none", smoothValue: number, maxNgramOrder: size, effectiveOrder: boolean })',
    arguments,
  );
  const streams = references.map((reference) => [reference]);
  return corpusBleu([hypothesis], streams, { effectiveOrder: true, ...options });
}

/** Counts the n-grams of candidates, those that a reference has too, and the lengths. */
function countMatches(
  metric: string,
  candidates: readonly (readonly string[])[],
  references: readonly (readonly (readonly string[])[])[],
  n: number,
): {
  readonly matches: number[];
  readonly totals: number[];
  readonly length: number;
  readonly closest: number;
} {
  if (candidates.length !== references.length || references.some((each) => each.length === 0)) {
    throw new ShapeError(
      `${metric}: ${candidates.length} candidates, but ${references.length} lists of references` +
        "\n  hint: pass one list per candidate, with at least one reference",
    );
  }
  const matches = Array<number>(n).fill(0);
  const totals = Array<number>(n).fill(0);
  let [length, closest] = [0, 0];
  candidates.forEach((candidate, i) => {
    const own = references[i] as readonly (readonly string[])[];
    length += candidate.length;
    closest += closestLength(
      candidate.length,
      own.map((reference) => reference.length),
    );
    for (let size = 1; size <= n; size++) {
      const allowed = own.map((reference) => runsOf(reference, size));
      for (const [run, count] of runsOf(candidate, size)) {
        const most = Math.max(...allowed.map((runs) => runs.get(run) ?? 0));
        matches[size - 1] = (matches[size - 1] as number) + Math.min(count, most);
        totals[size - 1] = (totals[size - 1] as number) + count;
      }
    }
  });
  return { matches, totals, length, closest };
}

/** Length of the closest reference; of two equally close ones the shorter. */
function closestLength(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, other) => {
    const nearer = Math.abs(other - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && other < best) ? other : best;
  });
}

function brevity(length: number, closest: number): number {
  if (length === 0) return 0;
  return length >= closest ? 1 : Math.exp(1 - closest / length);
}

/** Counts the n-grams of `size` words. */
function runsOf(words: readonly string[], size: number): Map<string, number> {
  const runs = new Map<string, number>();
  for (let i = 0; i + size <= words.length; i++) {
    const run = words.slice(i, i + size).join(" ");
    runs.set(run, (runs.get(run) ?? 0) + 1);
  }
  return runs;
}

function wordsOf(text: Text): readonly string[] {
  return typeof text === "string" ? text.split(/\s+/).filter((word) => word !== "") : text;
}

/** Puts spaces around punctuation outside numbers, as the WMT scorer mteval-v13a does. */
function separate(text: string): string {
  return ` ${text} `
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replace(/[!-&(-+:-@/[-`{-~]/g, " $& ")
    .replace(/([^0-9])([.,])/g, "$1 $2 ")
    .replace(/([.,])([^0-9])/g, " $1 $2")
    .replace(/([0-9])(-)/g, "$1 $2 ");
}
