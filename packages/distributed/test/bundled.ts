import { join } from "node:path";
import { bundlePrograms, reportsOf } from "../../../scripts/bundled.ts";

let bundling: Promise<(name: string) => string> | null = null;

/** The tests' programs as JavaScript, where koffi is found; gives where one is. */
export const bundle = (): Promise<(name: string) => string> => {
  const { dirname } = import.meta;
  bundling ??= bundlePrograms(
    join(dirname, "programs"),
    ["ranks", "fault", "torn"],
    reportsOf(dirname),
    ["koffi", "webgpu"],
  );
  return bundling;
};
