import { join } from "node:path";
import { build } from "vite";

/** Output within the package, so that koffi is found; each test worker has its own. */
const outDir = join(import.meta.dirname, "../.reports", process.env.VITEST_POOL_ID ?? "0");

let bundling: Promise<(name: string) => string> | null = null;

/**
 * Bundles the test programs to JavaScript for threads and processes. Returns a function that gives
 * a program's path.
 */
export const bundle = (): Promise<(name: string) => string> => {
  bundling ??= bundled(["ranks", "fault", "torn"]);
  return bundling;
};

async function bundled(names: readonly string[]): Promise<(name: string) => string> {
  await build({
    configFile: false,
    logLevel: "error",
    ssr: {
      noExternal: true,
      external: ["koffi", "webgpu"],
      resolve: { conditions: ["@wgrad/source", "node"] },
    },
    resolve: { conditions: ["@wgrad/source", "node"] },
    build: {
      ssr: true,
      target: "node20",
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(
          names.map((name) => [name, join(import.meta.dirname, "programs", `${name}.ts`)]),
        ),
        output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
  return (name) => join(outDir, `${name}.mjs`);
}
