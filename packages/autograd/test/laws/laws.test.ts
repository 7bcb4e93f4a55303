import { inject } from "vitest";
import { places, testPrograms } from "./harness.ts";
import { programs } from "./programs.ts";

const quick = inject("tier") !== "full";
const inBrowser = typeof window !== "undefined";
const thirds = programs.filter((_, i) => i % 3 === 0);
const onWasm = places.filter(({ device }) => device === "wasm");
const others = places.filter(({ device }) => device !== "wasm");

// the quick tier runs a third of the programs on wasm, and in the browser, as users run them: Node has tried them all on the others
if (!quick) testPrograms(programs, places);
else if (inBrowser)
  testPrograms(
    thirds,
    others.filter(({ device, fusion }) => device === "webgpu" && fusion !== "off"),
  );
else {
  testPrograms(programs, others);
  testPrograms(thirds, onWasm);
}
