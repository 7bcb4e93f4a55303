import { defineConfig, type UserConfig } from "tsdown";

/** One output file per source file, so that `sideEffects` names the same files in src and dist. */
export function library(entry: string[]): UserConfig {
  return defineConfig({
    entry,
    unbundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    dts: { oxc: true },
    // for `using`, whatever the target of who compiles against it
    banner: { dts: `/// <reference lib="esnext.disposable" />` },
    fixedExtension: false,
  });
}
