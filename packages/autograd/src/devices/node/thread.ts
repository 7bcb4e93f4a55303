import { ArgumentError } from "../../errors.ts";

/**
 * The code of a thread that runs a program, for `new Worker(code, { eval: true, env: SHARE_ENV })`
 * of `node:worker_threads`. If Node cannot load TypeScript, the code registers tsx first. Throws
 * ArgumentError, which names `call`, if tsx is missing.
 */
export function threadCode(call: string, program: string | URL): string {
  const { createRequire } = process.getBuiltinModule("node:module");
  const { resolve } = process.getBuiltinModule("node:path");
  const { fileURLToPath, pathToFileURL } = process.getBuiltinModule("node:url");
  const file = program instanceof URL ? fileURLToPath(program) : resolve(program);
  const load = `import(${JSON.stringify(pathToFileURL(file).href)})`;
  const name = `process.argv[1] = ${JSON.stringify(file)};`;
  if (!/\.[cm]?tsx?$/.test(file) || "typescript" in process.features) return name + load;
  try {
    createRequire(`${process.cwd()}/`).resolve("tsx/package.json");
  } catch {
    throw new ArgumentError(
      `${call}: ${file} is TypeScript, which this Node cannot load\n  hint: npm install --save-dev tsx, or pass the compiled program`,
    );
  }
  return `${name}import("tsx/esm/api").then(({ register }) => { register(); return ${load}; })`;
}
