import type { ProcessGroup } from "../group/process-group.ts";

/** Yields this rank's batches, then null as long as another rank has batches left. */
export async function* joined<Batch>(
  loader: AsyncIterable<Batch> | Iterable<Batch>,
  group: ProcessGroup,
): AsyncGenerator<Batch | null, void, undefined> {
  const batches =
    Symbol.asyncIterator in loader ? loader[Symbol.asyncIterator]() : loader[Symbol.iterator]();
  let ended = false;
  try {
    for (;;) {
      const next: IteratorResult<Batch> | null = ended ? null : await batches.next();
      ended ||= next?.done === true;
      const having = Float32Array.of(ended ? 0 : 1);
      await group.run({ operation: "DistributedDataParallel.join" }, (transport) =>
        transport.allReduce(having, "sum"),
      );
      if (having[0] === 0) return;
      yield ended ? null : (next as IteratorYieldResult<Batch>).value;
    }
  } finally {
    if (!ended) await batches.return?.();
  }
}
