/** A word as token ids, and its number of occurrences. */
export interface Word {
  tokens: number[];
  readonly count: number;
}

/** Two neighbouring tokens, and the number of their occurrences. */
export interface Pair {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

interface Entry {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Words that contain it, or did so before. */
  readonly words: Set<Word>;
}

/**
 * Counts of neighbouring pairs in a corpus, updated by merges. A heap gives the most frequent pair.
 */
export class PairCounts {
  readonly #entries = new Map<number, Entry>();
  /** Pairs by count. Outdated counts are corrected when a pair reaches the top. */
  readonly #heap: Pair[] = [];

  constructor(words: readonly Word[]) {
    for (const word of words) this.#count(word, 1);
    for (const entry of this.#entries.values()) this.#push(entry);
  }

  /** The most frequent pair; ties go to the smallest ids. Null if there are none. */
  mostFrequent(): Pair | null {
    for (;;) {
      const top = this.#pop();
      if (top === null) return null;
      const entry = this.#entries.get(keyOf(top.left, top.right));
      if (entry === undefined || entry.count <= 0) continue;
      if (entry.count === top.count) return top;
      this.#push(entry);
    }
  }

  /** Replaces the pair by one token in every word that contains it. */
  merge({ left, right }: Pair, token: number): void {
    const entry = this.#entries.get(keyOf(left, right));
    const grown = new Set<Entry>();
    for (const word of entry?.words ?? []) {
      if (!hasPair(word.tokens, left, right)) continue;
      this.#count(word, -1);
      word.tokens = merged(word.tokens, left, right, token);
      for (const touched of this.#count(word, 1)) grown.add(touched);
    }
    this.#entries.delete(keyOf(left, right));
    for (const touched of grown) this.#push(touched);
  }

  /** Adds a word's pairs (or removes them, for `sign` −1) and returns their entries. */
  #count(word: Word, sign: 1 | -1): Entry[] {
    const { tokens, count } = word;
    const touched: Entry[] = [];
    for (let i = 0; i + 1 < tokens.length; i++) {
      const [left, right] = [tokens[i] as number, tokens[i + 1] as number];
      const key = keyOf(left, right);
      let entry = this.#entries.get(key);
      if (entry === undefined) {
        entry = { left, right, count: 0, words: new Set() };
        this.#entries.set(key, entry);
      }
      entry.count += sign * count;
      if (sign === 1) entry.words.add(word);
      touched.push(entry);
    }
    return touched;
  }

  #push({ left, right, count }: Pair): void {
    const heap = this.#heap;
    const pair = { left, right, count };
    let i = heap.push(pair) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(pair, heap[parent] as Pair)) break;
      heap[i] = heap[parent] as Pair;
      i = parent;
    }
    heap[i] = pair;
  }

  #pop(): Pair | null {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined) return null;
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Pair, heap[child] as Pair)) child++;
      if (!before(heap[child] as Pair, last)) break;
      heap[i] = heap[child] as Pair;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

const TOKENS = 2 ** 24;
const keyOf = (left: number, right: number): number => left * TOKENS + right;

const before = (a: Pair, b: Pair): boolean =>
  a.count > b.count ||
  (a.count === b.count && (a.left < b.left || (a.left === b.left && a.right < b.right)));

function hasPair(tokens: readonly number[], left: number, right: number): boolean {
  return tokens.some((token, i) => token === left && tokens[i + 1] === right);
}

function merged(tokens: readonly number[], left: number, right: number, into: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      out.push(into);
      i++;
    } else out.push(tokens[i] as number);
  }
  return out;
}
