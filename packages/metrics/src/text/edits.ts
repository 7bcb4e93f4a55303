import { ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { checkChoice } from "../check.ts";

/** One text, or several. */
export type Texts = string | readonly string[];

/** Pairs of a hypothesis and its reference. */
function paired(
  metric: string,
  hypotheses: Texts,
  references: Texts,
): (readonly [string, string])[] {
  const [h, r] = [hypotheses, references].map((texts) =>
    typeof texts === "string" ? [texts] : texts,
  ) as [readonly string[], readonly string[]];
  if (h.length !== r.length || h.length === 0) {
    throw new ShapeError(
      `${metric}: ${h.length} hypotheses, but ${r.length} references\n  hint: pass one reference per hypothesis`,
    );
  }
  return h.map((text, i) => [text, r[i] as string] as const);
}

export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/**
 * Levenshtein distance: minimum number of insertions, deletions and substitutions (Levenshtein
 * 1966).
 */
function edits(a: readonly string[], b: readonly string[], substitution = 1): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : substitution;
      next.push(
        Math.min(
          (row[j - 1] as number) + change,
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
        ),
      );
    }
    row = next;
  }
  return row[b.length] as number;
}

interface Counts {
  readonly errors: number;
  /**
   * Total number of units of the references, of the hypotheses, and of the longer one of each pair.
   */
  readonly reference: number;
  readonly hypothesis: number;
  readonly longer: number;
}

function counted(
  metric: string,
  hypotheses: Texts,
  references: Texts,
  units: (text: string) => string[],
): Counts {
  let [errors, reference, hypothesis, longer] = [0, 0, 0, 0];
  for (const [h, r] of paired(metric, hypotheses, references)) {
    const [a, b] = [units(h), units(r)];
    errors += edits(a, b);
    hypothesis += a.length;
    reference += b.length;
    longer += Math.max(a.length, b.length);
  }
  return { errors, reference, hypothesis, longer };
}

const letters = (text: string): string[] => [...text];

/** Word error rate: word edits / words of the references. Hypotheses come first. */
export function wordErrorRate(hypotheses: Texts, references: Texts): number {
  checkCall(
    "wordErrorRate(hypotheses: string | string[], references: string | string[])",
    arguments,
  );
  const { errors, reference } = counted("wordErrorRate", hypotheses, references, words);
  return errors / reference;
}

/** Character error rate: character edits / characters of the references. Hypotheses come first. */
export function charErrorRate(hypotheses: Texts, references: Texts): number {
  checkCall(
    "charErrorRate(hypotheses: string | string[], references: string | string[])",
    arguments,
  );
  const { errors, reference } = counted("charErrorRate", hypotheses, references, letters);
  return errors / reference;
}

/** Match error rate: word edits / words of the longer one of each pair. Hypotheses come first. */
export function matchErrorRate(hypotheses: Texts, references: Texts): number {
  checkCall(
    "matchErrorRate(hypotheses: string | string[], references: string | string[])",
    arguments,
  );
  const { errors, longer } = counted("matchErrorRate", hypotheses, references, words);
  return errors / longer;
}

/**
 * Word information preserved: fraction of correct words of the references times that of the
 * hypotheses (Morris et al. 2004). Hypotheses come first.
 */
export function wordInformationPreserved(hypotheses: Texts, references: Texts): number {
  checkCall(
    "wordInformationPreserved(hypotheses: string | string[], references: string | string[])",
    arguments,
  );
  return preserved("wordInformationPreserved", hypotheses, references);
}

/** 1 − word information preserved. Hypotheses come first. */
export function wordInformationLost(hypotheses: Texts, references: Texts): number {
  checkCall(
    "wordInformationLost(hypotheses: string | string[], references: string | string[])",
    arguments,
  );
  return 1 - preserved("wordInformationLost", hypotheses, references);
}

function preserved(metric: string, hypotheses: Texts, references: Texts): number {
  const { errors, reference, hypothesis, longer } = counted(metric, hypotheses, references, words);
  const right = longer - errors;
  return (right / reference) * (right / hypothesis);
}

/** Settings of editDistance. */
export interface EditDistanceOptions {
  /** Cost of a substitution (default 1). */
  readonly substitutionCost?: number;
  /** Reduction over pairs (default "mean"). */
  readonly reduction?: "mean" | "sum";
}

/** Levenshtein distance in characters, averaged over pairs (Levenshtein 1966). */
export function editDistance(
  hypotheses: Texts,
  references: Texts,
  options: EditDistanceOptions = {},
): number {
  checkCall(
    'editDistance(hypotheses: string | string[], references: string | string[], { substitutionCost: count, reduction: "mean" | "sum" })',
    arguments,
  );
  const { substitutionCost = 1, reduction = "mean" } = options;
  checkChoice("editDistance", "reduction", reduction, ["mean", "sum"]);
  const pairs = paired("editDistance", hypotheses, references);
  const total = pairs.reduce((sum, [h, r]) => sum + edits([...h], [...r], substitutionCost), 0);
  return reduction === "sum" ? total : total / pairs.length;
}

/** Settings of extendedEditDistance. */
export interface ExtendedEditOptions {
  /** Cost of a jump (default 2). */
  readonly alpha?: number;
  /** Cost of visiting a character more than once (default 0.3). */
  readonly rho?: number;
  readonly deletion?: number;
  readonly insertion?: number;
}

/**
 * Extended edit distance (Stanchev, Wang & Ney 2019): character edits with jumps between words,
 * divided by the length of the reference. With several references, takes the nearest. Expects
 * English text.
 */
export function extendedEditDistance(
  hypotheses: readonly string[],
  references: readonly (string | readonly string[])[],
  options: ExtendedEditOptions = {},
): number {
  checkCall(
    "extendedEditDistance(hypotheses: string[], references: array, { alpha: number, rho: number, deletion: number, insertion: number })",
    arguments,
  );
  if (hypotheses.length !== references.length || hypotheses.length === 0) {
    throw new ShapeError(
      `extendedEditDistance: ${hypotheses.length} hypotheses, but ${references.length} references\n  hint: pass one reference per hypothesis`,
    );
  }
  const scores = hypotheses.map((hypothesis, i) => {
    const own = [references[i] as string | readonly string[]].flat();
    return Math.min(
      ...own.map((reference) => extended(prepared(hypothesis), prepared(reference), options)),
    );
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Puts spaces around punctuation outside numbers and abbreviations. */
function prepared(text: string): string {
  const spaced = text
    .trimEnd()
    .replace(/[.!?,]/g, " $&")
    .replace(/\s+/g, " ")
    .replace(/(\d) ([.,]) (\d)/g, "$1$2$3")
    .replace(/(Dr|Jr|Prof|Rev|Gen|Mr|Mt|Mrs|Ms) \./g, "$1.")
    .replaceAll("e . g .", "e.g.")
    .replaceAll("i . e .", "i.e.")
    .replaceAll("U . S .", "U.S.");
  return ` ${spaced} `;
}

function extended(hypothesis: string, reference: string, options: ExtendedEditOptions): number {
  const { alpha = 2, rho = 0.3, deletion = 0.2, insertion = 1 } = options;
  const [h, r] = [[...hypothesis], [...reference]];
  const visits = new Array<number>(h.length + 1).fill(-1);
  let row = new Array<number>(h.length + 1).fill(1);
  row[0] = 0;
  for (const letter of r) {
    let next: number[] = [];
    for (let i = 0; i <= h.length; i++) {
      if (i === 0) next.push((row[0] as number) + 1);
      else {
        const change = (row[i - 1] as number) + Number(h[i - 1] !== letter);
        next.push(
          Math.min((next[i - 1] as number) + deletion, change, (row[i] as number) + insertion),
        );
      }
    }
    const least = next.indexOf(Math.min(...next));
    visits[least] = (visits[least] as number) + 1;
    if (letter === " ") {
      const jump = alpha + (next[least] as number);
      next = next.map((cost) => Math.min(cost, jump));
    }
    row = next;
  }
  const coverage = rho * visits.reduce((sum, count) => sum + (count >= 0 ? count : 1), 0);
  return Math.min(1, ((row.at(-1) as number) + coverage) / (r.length + coverage));
}
