import { defineConfig } from "vite";

const conditions = ["@wgrad/source", "module", "browser", "development|production"];

/** The gallery: a static site that works from any folder of any server. */
export default defineConfig({
  root: new URL("./web", import.meta.url).pathname,
  base: "./",
  resolve: { conditions },
  // Classes keep their names: summaries print layers', and errors are told apart by theirs.
  worker: { format: "es", rolldownOptions: { output: { keepNames: true } } },
  build: { outDir: "../dist", emptyOutDir: true, target: "es2022" },
});
