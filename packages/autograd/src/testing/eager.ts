import { context } from "../graph/context.ts";

/** Runs `fn` with a flush after every operation and every value kept: the oracle for what laziness may not change. */
export async function eagerly<T>(fn: () => Promise<T>): Promise<T> {
  context.stream?.flush([]);
  const outer = context.eager;
  context.eager = true;
  try {
    return await fn();
  } finally {
    context.eager = outer;
  }
}
