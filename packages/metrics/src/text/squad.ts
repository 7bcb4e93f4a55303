import { ShapeError } from "@wgrad/autograd";
import { checkCall } from "@wgrad/autograd/plugin";

/** Scores of the answers, in percent. */
export interface Squad {
  /** Answers equal to a reference, ignoring case, punctuation and articles. */
  readonly exactMatch: number;
  /** Mean F₁ of the words that an answer shares with its best reference. */
  readonly f1: number;
}

/**
 * Metrics of the Stanford question answering dataset (Rajpurkar et al. 2016). Pass one list of
 * references per answer.
 */
export function squad(
  answers: readonly string[],
  references: readonly (string | readonly string[])[],
): Squad {
  checkCall("squad(answers: string[], references: array)", arguments);
  if (answers.length !== references.length || answers.length === 0) {
    throw new ShapeError(
      `squad: ${answers.length} answers, but ${references.length} lists of references\n  hint: pass one list per answer`,
    );
  }
  let [exact, shared] = [0, 0];
  answers.forEach((answer, i) => {
    const own = [references[i] as string | readonly string[]].flat().map(normal);
    const predicted = normal(answer);
    exact += Number(own.includes(predicted));
    shared += Math.max(...own.map((reference) => f1(predicted, reference)));
  });
  const percent = (total: number): number => (100 * total) / answers.length;
  return { exactMatch: percent(exact), f1: percent(shared) };
}

const normal = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, "")
    .replace(/\b(a|an|the)\b/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");

function f1(predicted: string, reference: string): number {
  const [a, b] = [predicted.split(" "), reference.split(" ")].map((list) =>
    list.filter((word) => word !== ""),
  ) as [string[], string[]];
  if (a.length === 0 || b.length === 0) return Number(a.length === b.length);
  const left = new Map<string, number>();
  for (const word of b) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of a) {
    const count = left.get(word) ?? 0;
    if (count > 0) shared++;
    left.set(word, count - 1);
  }
  return (2 * shared) / (a.length + b.length);
}
