import { readFileSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";

/** Entry points that a page cannot use. */
const NODE_ALONE = ["./node", "./testing"];
/** Libraries that these use, found by Node. */
const NODE_LIBRARIES = ["webgpu", "@sparticuz/chromium", "@duckdb/node-api", "koffi"];
/**
 * Of autograd: what its entry points share. Left out is what a page loads once it has chosen its device, and what a notebook loads.
 */
const CORE =
  /autograd[\\/]src[\\/](?!(devices[\\/](cpu|node|wasm|webgpu)|lower|kernel)[\\/]|methods[\\/]display)/;

const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, { "@wgrad/source": string }>;
};
const entry = Object.entries(exports)
  .filter(([name]) => !NODE_ALONE.includes(name))
  .map(([, paths]) => paths["@wgrad/source"]);

/** The package whose folder this runs in, in few files for pages without a bundler: its libraries are inside, other packages are not. */
const bundle: UserConfig = defineConfig({
  cwd: process.cwd(),
  entry,
  outDir: "dist/bundle",
  format: "esm",
  platform: "browser",
  target: "es2022",
  dts: false,
  minify: true,
  fixedExtension: false,
  deps: {
    neverBundle: [/^@wgrad\//, /^node:/, ...NODE_LIBRARIES],
    alwaysBundle: (id: string) => !id.startsWith("@wgrad/") && !NODE_LIBRARIES.includes(id),
  },
  outputOptions: { codeSplitting: { groups: [{ name: "core", test: CORE }] } },
});

export default bundle;
