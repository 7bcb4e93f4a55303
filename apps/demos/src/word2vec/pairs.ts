import {
  defaultGenerator,
  type Generator as RandomGenerator,
  type Tensor,
  tensor,
} from "@wgrad/autograd";
import { Vocabulary, WordTokenizer } from "@wgrad/datasets";

const tokenizer = new WordTokenizer({ pattern: /[a-z]+/g });

/**
 * A text as numbers of its words, the frequent first, and how often each occurs; rare words are
 * left out.
 */
export interface Corpus {
  readonly vocabulary: Vocabulary;
  readonly words: Int32Array;
  readonly counts: Float64Array;
}

export function corpusOf(text: string, minCount: number): Corpus {
  const tokens = tokenizer.tokenize(text);
  const vocabulary = Vocabulary.from([tokens], { minCount, specials: [] });
  const words = Int32Array.from(vocabulary.encode(tokens.filter((token) => vocabulary.has(token))));
  const counts = new Float64Array(vocabulary.size);
  for (const word of words) counts[word] = (counts[word] as number) + 1;
  return { vocabulary, words, counts };
}

export interface PairSettings {
  readonly batchSize: number;
  /**
   * The farthest two neighbours stand apart; nearer ones are drawn more often, evenly down to none
   * beyond it.
   */
  readonly window: number;
  /**
   * A word that is a larger share of the text than this is left out of most of its places: "the"
   * says little.
   */
  readonly subsampling: number;
  /** Strangers for each pair of neighbours. */
  readonly negatives: number;
}

/**
 * Centers [B]; for each its neighbour and then its strangers: others [B, 1 + negatives], targets 1,
 * −1, −1 …
 */
export interface PairBatch {
  readonly centers: Tensor;
  readonly others: Tensor;
  readonly targets: Tensor;
}

/** Batches of neighbours without end: places of the text at random, and for each a word near it. */
export function* pairBatches(
  { words, counts }: Corpus,
  { batchSize, window, subsampling, negatives }: PairSettings,
  random: RandomGenerator = defaultGenerator(),
): Generator<PairBatch, never, undefined> {
  const kept = counts.map((count) => Math.sqrt((subsampling * words.length) / count));
  const draws = random.uniform(new Float32Array(words.length));
  const text = words.filter((word, i) => (draws[i] as number) < (kept[word] as number));
  const distances = new Lottery(Float64Array.from({ length: window }, (_, i) => window - i));
  const strangers = new Lottery(counts.map((count) => count ** 0.75));
  const width = 1 + negatives;
  const targets = Float32Array.from({ length: batchSize * width }, (_, i) => (i % width ? -1 : 1));
  for (;;) {
    const places = random.integers(new Int32Array(batchSize), window, text.length - window);
    const sides = random.integers(new Int32Array(batchSize), 0, 2);
    const others = strangers.draw(random, batchSize * width);
    distances.draw(random, batchSize).forEach((distance, i) => {
      const step = sides[i] === 0 ? distance + 1 : -distance - 1;
      others[i * width] = text[(places[i] as number) + step] as number;
    });
    yield {
      centers: tensor(places.map((place) => text[place] as number)),
      others: tensor(others, { shape: [batchSize, width] }),
      targets: tensor(targets),
    };
  }
}

/** Draws numbers 0 … n−1 with chances in proportion to their weights. */
class Lottery {
  readonly #upTo: Float64Array;

  constructor(weights: Float64Array) {
    let total = 0;
    this.#upTo = weights.map((weight) => {
      total += weight;
      return total;
    });
  }

  draw(random: RandomGenerator, count: number): Int32Array {
    const upTo = this.#upTo;
    const draws = random.uniform(new Float64Array(count), 0, upTo.at(-1));
    return Int32Array.from(draws, (draw) => {
      let [low, high] = [0, upTo.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((upTo[middle] as number) <= draw) low = middle + 1;
        else high = middle;
      }
      return low;
    });
  }
}
