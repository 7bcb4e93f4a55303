import { join } from "node:path";
import { build } from "vite";

/**
 * Programs of a folder as JavaScript, one file each, which threads and processes load at once; gives
 * where one is. `outDir` is inside the package whose `external` libraries Node finds from there.
 */
export async function bundlePrograms(
  folder: string,
  names: readonly string[],
  outDir: string,
  external: readonly string[],
): Promise<(name: string) => string> {
  await build({
    configFile: false,
    logLevel: "error",
    ssr: {
      noExternal: true,
      external: [...external],
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
        input: Object.fromEntries(names.map((name) => [name, join(folder, `${name}.ts`)])),
        output: { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" },
      },
    },
  });
  return (name) => join(outDir, `${name}.mjs`);
}

/** A folder of that package's own, for each worker of the tests. */
export const reportsOf = (folder: string): string =>
  join(folder, "../.reports", process.env.VITEST_POOL_ID ?? "0");
