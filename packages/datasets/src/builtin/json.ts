import { DataError } from "../table/error.ts";

/** The value that JSON text is. Throws DataError for text that is none. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataError(`${name}: is not JSON (${(error as Error).message})`);
  }
}
