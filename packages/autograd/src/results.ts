/**
 * Two results with names, which can also be destructured in order, as in PyTorch:
 * const [values, indices] = x.max(1), x.max(1)[0].
 */
export interface Pair<T> extends Iterable<T> {
  readonly 0: T;
  readonly 1: T;
  readonly length: number;
}

/** Three results, as `Pair`. A result that was not asked for is null, and is not in the list. */
export interface Triple<T> extends Iterable<T> {
  readonly 0: T;
  readonly 1: T;
  readonly 2: T;
  readonly length: number;
}

/**
 * An object of named results. Its indices are on the prototype, so its keys are the names alone.
 */
export class NamedResults {
  get length(): number {
    return rowOf(this).length;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return rowOf(this).values();
  }
}

const rowOf = (results: object): unknown[] =>
  Object.values(results).filter((result) => result !== null);

for (const place of [0, 1, 2]) {
  Object.defineProperty(NamedResults.prototype, place, {
    get(this: object): unknown {
      return rowOf(this)[place];
    },
  });
}

/** Named results that are also a list, in the given order. */
export function inOrder<T, Names extends string>(
  named: Readonly<Record<Names, T>>,
): Readonly<Record<Names, T>> & Triple<T> {
  return Object.assign(new NamedResults(), named) as unknown as Readonly<Record<Names, T>> &
    Triple<T>;
}
