import { noGrad, type Tensor } from "@wgrad/autograd";
import { denseRows, TfidfVectorizer } from "@wgrad/datasets";
import { bleuScore } from "@wgrad/metrics";
import { type Pair, wordsOf } from "./pairs.ts";

/** BLEU in percent, with characters for words: Chinese writes no spaces. */
export function characterBleu(candidates: readonly string[], pairs: readonly Pair[]): number {
  const characters = (text: string): string[] => [...text.replaceAll(/\s/g, "")];
  return (
    100 *
    bleuScore(
      candidates.map(characters),
      pairs.map(({ zh }) => [characters(zh)]),
    )
  );
}

/** Runs of one to four characters. */
export function runsOf(sentence: string): string[] {
  const text = ` ${sentence.toLowerCase()} `;
  return [1, 2, 3, 4].flatMap((size) =>
    Array.from({ length: Math.max(0, text.length - size + 1) }, (_, i) => text.slice(i, i + size)),
  );
}

/**
 * For each sentence the Chinese of the known pair whose English is most like it, by the weights of
 * its words or runs.
 */
export async function nearestTranslations(
  known: readonly Pair[],
  pairs: readonly Pair[],
  cut: (sentence: string) => string[] = wordsOf,
): Promise<string[]> {
  const weights = new TfidfVectorizer();
  const { indices, values } = weights.fitTransform(known.map(({ en }) => cut(en)));
  const asked = denseRows(weights.transform(pairs.map(({ en }) => cut(en))));
  const likeness = noGrad((): Tensor => {
    const shared = asked.indexSelect(1, indices.flatten());
    return shared
      .reshape([pairs.length, ...indices.shape])
      .mul(values)
      .sum(2);
  });
  const best = await likeness.argmax(1).data();
  return Array.from(best, (row) => (known[row] as Pair).zh);
}
