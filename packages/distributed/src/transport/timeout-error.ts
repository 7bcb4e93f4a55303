import { CollectiveTimeoutError } from "../errors.ts";

/** Error for ranks that did not arrive in time. */
export function timeoutError(
  doing: string,
  missing: readonly number[],
  timeout: number,
): CollectiveTimeoutError {
  const one = missing.length === 1;
  return new CollectiveTimeoutError(
    `${doing}: rank${one ? "" : "s"} ${missing.join(", ")} did not arrive within ${timeout / 1000} s` +
      "\n  hint: call the same collectives on all ranks; initProcessGroup({ timeout }) sets how long to wait",
  );
}
