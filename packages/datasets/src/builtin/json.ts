import { DataError } from "../table/error.ts";

/** Parses JSON text. Throws DataError if it is invalid. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${name}: not valid JSON (${(error as Error).message})`);
  }
}
