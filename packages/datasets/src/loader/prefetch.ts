/**
 * The same values with `depth` of them asked for before they are needed. A failure surfaces at its
 * own turn. `source` must bear being asked again before it has answered, as async generators do.
 */
export async function* prefetched<T>(
  source: AsyncIterator<T>,
  depth: number,
): AsyncGenerator<T, void, undefined> {
  const pending: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const next = source.next();
    next.catch(() => {}); // reported when its turn comes, or dropped with the rest
    pending.push(next);
  };
  try {
    for (;;) {
      while (pending.length <= depth) ask();
      const result = await (pending.shift() as Promise<IteratorResult<T>>);
      if (result.done) return;
      yield result.value;
    }
  } finally {
    await source.return?.();
  }
}
