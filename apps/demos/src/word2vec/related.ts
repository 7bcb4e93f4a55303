import { noGrad, scope, type Tensor, tensor } from "@wgrad/autograd";
import type { Vocabulary } from "@wgrad/datasets";
import { pairwiseCosineSimilarity } from "@wgrad/metrics";

/** Words that belong together, in a novel about a whale and two centuries of speeches. */
const related: readonly (readonly [string, string])[] = [
  ["gold", "silver"],
  ["army", "navy"],
  ["january", "december"],
  ["france", "spain"],
  ["treaty", "convention"],
  ["tax", "taxes"],
  ["soldiers", "troops"],
  ["schools", "education"],
  ["farmers", "agriculture"],
  ["soviet", "nuclear"],
  ["senate", "representatives"],
  ["imports", "exports"],
  ["british", "majesty"],
  ["mexico", "mexican"],
  ["indian", "tribes"],
  ["medicare", "health"],
  ["railroads", "railroad"],
  ["cuba", "spanish"],
  ["whale", "whales"],
  ["captain", "ahab"],
];

/** Words of all kinds, which none of those belongs to. */
const unrelated: readonly string[] =
  "sun hand money night street bread music horse garden letter table winter paper door church river fire book king doctor".split(
    " ",
  );

export interface Relatedness {
  readonly pairs: readonly {
    readonly words: readonly [string, string];
    /** Of the two words' vectors. */
    readonly cosine: number;
    /** Of the first word's vector with those of unrelated words, on average. */
    readonly others: number;
  }[];
  /** Pairs whose cosine is above that average. */
  readonly above: number;
  /** How often a pair's cosine is above that of its first word with an unrelated word. */
  readonly share: number;
}

/**
 * Asks the vectors, a row for each word, for what people know; words that are too rare to have one
 * are left out.
 */
export async function relatedness(vectors: Tensor, vocabulary: Vocabulary): Promise<Relatedness> {
  const known = related.filter((pair) => pair.every((word) => vocabulary.has(word)));
  const strangers = unrelated.filter((word) => vocabulary.has(word));
  const rows = (words: readonly string[]): Tensor =>
    noGrad(() => vectors.indexSelect(0, tensor(Int32Array.from(vocabulary.encode(words)))));
  const first = rows(known.map(([word]) => word));
  const second = rows([...known.map(([, word]) => word), ...strangers]);
  const cosines = await pairwiseCosineSimilarity(first, second).data();
  const width = known.length + strangers.length;
  let wins = 0;
  const pairs = known.map((words, i) => {
    const cosine = cosines[i * width + i] as number;
    const away = Array.from(cosines.subarray(i * width + known.length, (i + 1) * width));
    wins += away.filter((other) => other < cosine).length;
    return { words, cosine, others: away.reduce((sum, other) => sum + other, 0) / away.length };
  });
  return {
    pairs,
    above: pairs.filter(({ cosine, others }) => cosine > others).length,
    share: wins / (known.length * strangers.length),
  };
}

/** A word, and the cosine of its vector with that of the word asked about. */
export interface Neighbour {
  readonly word: string;
  readonly cosine: number;
}

/** The words whose vectors point most nearly where that of `word` does, nearest first. */
export async function nearest(
  vectors: Tensor,
  vocabulary: Vocabulary,
  word: string,
  count: number,
): Promise<Neighbour[]> {
  const [cosines, places] = await Promise.all(
    scope(() => {
      const own = noGrad(() => vectors.narrow(0, vocabulary.indexOf(word), 1));
      const { values, indices } = pairwiseCosineSimilarity(own, vectors.detach()).topk(count + 1);
      return [values.data(), indices.data()] as const;
    }),
  );
  const words = vocabulary.decode([...places]);
  return words.map((word, i) => ({ word, cosine: cosines[i] as number })).slice(1);
}
