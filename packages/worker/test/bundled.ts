import { bundlePrograms, reportsOf } from "../../../scripts/bundled.ts";

let bundling: Promise<(name: string) => string> | null = null;

/** The tests' programs as JavaScript, where Dawn and SwiftShader are found; gives where one is. */
export const bundle = (): Promise<(name: string) => string> => {
  const { dirname } = import.meta;
  bundling ??= bundlePrograms(dirname, ["line", "leaving"], reportsOf(dirname), [
    "webgpu",
    "@sparticuz/chromium",
  ]);
  return bundling;
};
