import { context } from "../graph/context.ts";

/**
 * Runs `fn` with a flush after every operation and all values kept: the oracle of lazy execution.
 */
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
