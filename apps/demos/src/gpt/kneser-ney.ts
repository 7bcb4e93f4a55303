interface Order {
  /** What follows a context, and how often. */
  readonly counts: ReadonlyMap<string, number>;
  /** Of each context: how much follows it, and how many different characters. */
  readonly contexts: ReadonlyMap<string, { total: number; kinds: number }>;
  /** Taken off every count and given to the shorter context. */
  readonly discount: number;
}

/**
 * The classic model of text, by counting: p(c | h) = max(count(hc) − D, 0) / count(h) + D ·
 * kinds(h) / count(h) · p(c | h without its first character). The shorter contexts count in how
 * many different places a character was seen, and the shortest gives every character the same.
 * Kneser & Ney 1995; D = n₁ / (n₁ + 2 n₂), n₁ and n₂ the runs seen once and twice.
 */
export class KneserNey {
  readonly #orders: readonly Order[];
  readonly #characters: number;

  constructor(text: string, order: number) {
    this.#characters = new Set(text).size;
    const orders: Order[] = [];
    let counts = new Map<string, number>();
    for (let i = 0; i + order <= text.length; i++) count(counts, text.slice(i, i + order));
    for (let k = order; k >= 1; k--) {
      orders.unshift(orderOf(counts));
      const places = new Map<string, number>();
      for (const run of counts.keys()) count(places, run.slice(1));
      counts = places;
    }
    this.#orders = orders;
  }

  /** The chance that `character` follows `text`. */
  probability(text: string, character: string): number {
    let p = 1 / this.#characters;
    for (const [k, { counts, contexts, discount }] of this.#orders.entries()) {
      const context = k === 0 ? "" : text.slice(-k);
      const seen = contexts.get(context);
      if (context.length < k || seen === undefined) break;
      const kept = Math.max(0, (counts.get(context + character) ?? 0) - discount);
      p = (kept + discount * seen.kinds * p) / seen.total;
    }
    return p;
  }

  /** exp of the mean of −log p over the characters of `text`. */
  perplexity(text: string): number {
    const longest = this.#orders.length - 1;
    let surprise = 0;
    for (let i = 0; i < text.length; i++) {
      const p = this.probability(text.slice(Math.max(0, i - longest), i), text.charAt(i));
      surprise -= Math.log(p);
    }
    return Math.exp(surprise / text.length);
  }
}

function orderOf(counts: ReadonlyMap<string, number>): Order {
  const contexts = new Map<string, { total: number; kinds: number }>();
  const seen = [0, 0, 0];
  for (const [run, times] of counts) {
    if (times < 3) seen[times] = (seen[times] as number) + 1;
    const context = run.slice(0, -1);
    const known = contexts.get(context);
    if (known === undefined) contexts.set(context, { total: times, kinds: 1 });
    else {
      known.total += times;
      known.kinds++;
    }
  }
  const [, once = 0, twice = 0] = seen;
  return { counts, contexts, discount: once === 0 ? 0 : once / (once + 2 * twice) };
}

function count(counts: Map<string, number>, run: string): void {
  counts.set(run, (counts.get(run) ?? 0) + 1);
}
