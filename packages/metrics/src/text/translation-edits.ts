import { ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";
import { words } from "./edits.ts";

/** Settings of translationEditRate. */
export interface TranslationEditOptions {
  /** Whether "The" and "the" differ (default false). */
  readonly caseSensitive?: boolean;
}

/**
 * Translation edit rate (Snover et al. 2006): word edits and shifts of word sequences, divided by
 * the mean length of the references, as a fraction. With several references, takes the nearest.
 * SacreBLEU's `corpus_ter` gives the same in percent. Pass one list of references per hypothesis.
 */
export function translationEditRate(
  hypotheses: readonly string[],
  references: readonly (string | readonly string[])[],
  options: TranslationEditOptions = {},
): number {
  checkCall(
    "translationEditRate(hypotheses: string[], references: array, { caseSensitive: boolean })",
    arguments,
  );
  if (hypotheses.length !== references.length || hypotheses.length === 0) {
    throw new ShapeError(
      `translationEditRate: ${hypotheses.length} hypotheses, but ${references.length} lists of references\n  hint: pass one list per hypothesis`,
    );
  }
  const { caseSensitive = false } = options;
  const units = (text: string): string[] => words(caseSensitive ? text : text.toLowerCase());
  let [total, length] = [0, 0];
  hypotheses.forEach((hypothesis, i) => {
    const own = [references[i] as string | readonly string[]].flat().map(units);
    const counts = own.map((reference) => editsAndShifts(units(hypothesis), reference));
    total += Math.min(...counts);
    length += own.reduce((sum, reference) => sum + reference.length, 0) / own.length;
  });
  return length === 0 ? Number(total > 0) : total / length;
}

const MOST_CANDIDATES = 1000;

function editsAndShifts(hypothesis: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return hypothesis.length;
  let current = hypothesis;
  let [shifts, checked] = [0, 0];
  for (;;) {
    const best = bestShift(current, reference, checked);
    checked = best.checked;
    if (checked >= MOST_CANDIDATES || best.gain <= 0) break;
    shifts++;
    current = best.words;
  }
  return shifts + aligned(current, reference).edits;
}

/**
 * Number of edits, and the position in the hypothesis that each word of the reference is aligned
 * with.
 */
interface Alignment {
  readonly edits: number;
  readonly place: readonly number[];
  readonly wrongH: readonly boolean[];
  readonly wrongR: readonly boolean[];
}

function aligned(h: readonly string[], r: readonly string[]): Alignment {
  const costs = Array.from({ length: h.length + 1 }, (_, i) => [i]);
  const moves: string[][] = costs.map((_, i) => [i === 0 ? "" : "hypothesis"]);
  for (let j = 1; j <= r.length; j++) {
    (costs[0] as number[])[j] = j;
    (moves[0] as string[])[j] = "reference";
  }
  for (let i = 1; i <= h.length; i++) {
    for (let j = 1; j <= r.length; j++) {
      const same = h[i - 1] === r[j - 1];
      const ways: [number, string][] = [
        [(costs[i - 1]?.[j - 1] as number) + Number(!same), same ? "same" : "changed"],
        [(costs[i - 1]?.[j] as number) + 1, "hypothesis"],
        [(costs[i]?.[j - 1] as number) + 1, "reference"],
      ];
      const [cost, move] = ways.reduce((best, way) => (way[0] < best[0] ? way : best));
      (costs[i] as number[])[j] = cost;
      (moves[i] as string[])[j] = move;
    }
  }
  const steps: string[] = [];
  for (let [i, j] = [h.length, r.length]; i > 0 || j > 0; ) {
    const move = moves[i]?.[j] as string;
    steps.push(move);
    if (move !== "reference") i--;
    if (move !== "hypothesis") j--;
  }
  const [place, wrongH, wrongR]: [number[], boolean[], boolean[]] = [[], [], []];
  let at = -1;
  for (const move of steps.reverse()) {
    if (move !== "reference") {
      at++;
      wrongH.push(move !== "same");
    }
    if (move !== "hypothesis") {
      place.push(at);
      wrongR.push(move !== "same");
    }
  }
  return { edits: costs[h.length]?.[r.length] as number, place, wrongH, wrongR };
}

interface Shift {
  readonly gain: number;
  readonly words: readonly string[];
  readonly checked: number;
}

/**
 * The shift that saves the most edits. Ties go to the longest, then the earliest start, then the
 * earliest target.
 */
function bestShift(h: readonly string[], r: readonly string[], from: number): Shift {
  const before = aligned(h, r);
  let checked = from;
  let best: readonly number[] = [];
  let found: readonly string[] = h;
  for (const [startH, startR, length] of sharedRuns(h, r)) {
    const any = (list: readonly boolean[], start: number): boolean =>
      list.slice(start, start + length).includes(true);
    const own = before.place[startR] as number;
    const within = own >= startH && own < startH + length;
    if (!any(before.wrongH, startH) || !any(before.wrongR, startR) || within) continue;
    let previous = -1;
    for (let offset = -1; offset < length; offset++) {
      const at = startR + offset;
      const target = at === -1 ? 0 : (before.place[at] as number) + 1;
      if (at >= before.place.length) break;
      if (target === previous) continue;
      previous = target;
      const moved = shifted(h, startH, length, target);
      const rank = [before.edits - aligned(moved, r).edits, length, -startH, -target];
      checked++;
      if (best.length === 0 || isAbove(rank, best)) [best, found] = [rank, moved];
    }
    if (checked >= MOST_CANDIDATES) break;
  }
  return { gain: best[0] ?? 0, words: found, checked };
}

function isAbove(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] as number) > (b[at] as number);
}

/** Shared sequences of up to 10 words, at most 50 positions apart. */
function* sharedRuns(
  h: readonly string[],
  r: readonly string[],
): Generator<[number, number, number]> {
  for (let i = 0; i < h.length; i++) {
    for (let j = 0; j < r.length; j++) {
      if (Math.abs(i - j) > 50) continue;
      for (let n = 0; n < 10 && i + n < h.length && j + n < r.length && h[i + n] === r[j + n]; n++)
        yield [i, j, n + 1];
    }
  }
}

function shifted(list: readonly string[], start: number, length: number, target: number): string[] {
  const run = list.slice(start, start + length);
  if (target < start)
    return [
      ...list.slice(0, target),
      ...run,
      ...list.slice(target, start),
      ...list.slice(start + length),
    ];
  const end = target > start + length ? target : length + target;
  return [...list.slice(0, start), ...list.slice(start + length, end), ...run, ...list.slice(end)];
}
