import { CollectiveTimeoutError } from "../errors.ts";

/** What is said where ranks do not come. */
export function lateError(
  doing: string,
  missing: readonly number[],
  timeout: number,
): CollectiveTimeoutError {
  const one = missing.length === 1;
  return new CollectiveTimeoutError(
    `${doing}: rank${one ? "" : "s"} ${missing.join(", ")} ${one ? "has" : "have"} not come within ${timeout / 1000} s` +
      "\n  hint: all ranks call the same collectives; initProcessGroup({ timeout }) sets how long one is waited for",
  );
}
