import type { ErrorRecord } from "./protocol.ts";

/** A class of errors, to be told by `instanceof` on the page's side too. */
export type ErrorClass = abstract new (...args: never[]) => Error;

type Told = ErrorRecord | { readonly value: unknown };

/** Causes that are looked into. */
const DEEPEST = 8;
const own = new Set(["name", "message", "stack", "cause", "errors"]);

/** What was thrown, as data that can be sent. */
export function recordOf(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error)) {
    return { name: "Error", message: String(thrown), stack: undefined, fields: {} };
  }
  const { name, message, stack, cause } = thrown;
  const errors: unknown = (thrown as Partial<AggregateError>).errors;
  const fields = Object.entries(thrown).filter(([key, value]) => !own.has(key) && isData(value));
  return {
    name,
    message,
    stack,
    ...(cause !== undefined && depth < DEEPEST && { cause: told(cause, depth) }),
    ...(Array.isArray(errors) &&
      depth < DEEPEST && { errors: errors.map((each) => told(each, depth)) }),
    fields: Object.fromEntries(fields),
  };
}

const told = (value: unknown, depth: number): Told =>
  value instanceof Error
    ? recordOf(value, depth + 1)
    : { value: isData(value) ? value : String(value) };

function isData(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * The error, of its class where that is one of JavaScript's or of `known`; its name, message and
 * stack are the worker's in any case.
 */
export function errorOf(record: ErrorRecord, known: readonly ErrorClass[]): Error {
  const { name, message, stack, cause, errors, fields } = record;
  const revived = (each: Told): unknown => ("value" in each ? each.value : errorOf(each, known));
  const error = new Error(message, cause === undefined ? undefined : { cause: revived(cause) });
  const type = known.find((each) => each.name === name) ?? builtIn(name);
  if (type !== undefined) Object.setPrototypeOf(error, type.prototype);
  const define = (key: string, value: unknown): void => {
    Object.defineProperty(error, key, { value, configurable: true, writable: true });
  };
  if (error.name !== name) define("name", name);
  if (stack !== undefined) define("stack", stack);
  if (errors !== undefined) define("errors", errors.map(revived));
  return Object.assign(error, fields);
}

/** A class of errors that the language has. */
function builtIn(name: string): ErrorClass | undefined {
  const found: unknown = (globalThis as Record<string, unknown>)[name];
  const isError = typeof found === "function" && found.prototype instanceof Error;
  return isError && name !== "DOMException" ? (found as ErrorClass) : undefined;
}
