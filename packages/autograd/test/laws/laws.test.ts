import { inject } from "vitest";
import { places, testPrograms } from "./harness.ts";
import { programs } from "./programs.ts";

/** The quick tier in the browser runs a third of the programs, as users run them: Node has tried them all. */
const quickBrowser = typeof window !== "undefined" && inject("tier") !== "full";

testPrograms(
  programs.filter((_, i) => !quickBrowser || i % 3 === 0),
  places.filter(({ device, fusion }) => !quickBrowser || (device === "webgpu" && fusion !== "off")),
);
