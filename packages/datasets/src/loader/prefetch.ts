/**
 * Yields the same values, requesting `depth` of them in advance. An error is thrown when its value
 * is due. `source` must accept requests before earlier ones are answered, as async generators do.
 */
export async function* prefetched<T>(
  source: AsyncIterator<T>,
  depth: number,
): AsyncGenerator<T, void, undefined> {
  const pending: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const next = source.next();
    next.catch(() => {}); // thrown when it is due, or dropped with the rest
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
