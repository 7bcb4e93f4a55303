import { join, resolve } from "node:path";
import { build } from "vite";

const outDir = resolve(".reports/distributed");

/** Programs of the tests as JavaScript that threads and processes load at once; gives where one is. */
export async function bundle(names: readonly string[]): Promise<(name: string) => string> {
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
