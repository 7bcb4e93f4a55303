import { join } from "node:path";
import { build } from "vite";

/** Inside the package, where koffi is found; each worker of the tests has its own. */
const outDir = join(import.meta.dirname, "../.reports", process.env.VITEST_POOL_ID ?? "0");

let bundling: Promise<(name: string) => string> | null = null;

/** The tests' programs as JavaScript, which threads and processes load at once; gives where one is. */
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
