/**
 * Converts a DuckDB value to a number, text, boolean, date or null; other values stay as they are.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const held = value as {
    readonly micros?: bigint;
    readonly days?: number;
    readonly toDouble?: () => number;
    readonly items?: unknown;
    readonly entries?: unknown;
  };
  if (typeof held.toDouble === "function") return held.toDouble();
  if (typeof held.micros === "bigint" && !("months" in held)) return Number(held.micros) / 1000;
  if (typeof held.days === "number" && !("months" in held)) return held.days * 86_400_000;
  if (held.items !== undefined || held.entries !== undefined) return value;
  return String(value);
}
