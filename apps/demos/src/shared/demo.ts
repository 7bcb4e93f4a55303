import type { Options } from "./options.ts";

/** One lesson of the command line. */
export interface Demo {
  run(options: Options): Promise<void>;
}
