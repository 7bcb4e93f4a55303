import { inject } from "vitest";
import { places, testPrograms } from "./harness.ts";
import { longPrograms, programs } from "./programs.ts";

const quick = inject("tier") !== "full";
const inBrowser = typeof window !== "undefined";

/** The quick tier runs all programs fused on wasm in Node, and a quarter of them elsewhere. */
const isWhole = (device: unknown, fusion: unknown): boolean =>
  !quick || (!inBrowser && fusion !== "off" && device === "wasm");

places.forEach((place, i) => {
  const { device, fusion } = place;
  if (quick && inBrowser && (device !== "webgpu" || fusion === "off")) return;
  const short = programs.filter((program) => !longPrograms.includes(program));
  const some = isWhole(device, fusion) ? programs : short.filter((_, k) => (k + i) % 4 === 0);
  testPrograms(some, [place]);
});
