import { context } from "../graph/context.ts";

/**
 * Runs `fn` with a flush after every operation and all values kept. Lazy execution is compared with
 * it.
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
